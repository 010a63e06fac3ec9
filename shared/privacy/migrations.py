"""Frozen steps that the services' migrations call to create the tables of `models.py`, and to guard their own."""

from collections.abc import Sequence

from shared.db.migrations import Operations, tenant_table_v1

_TABLES_V1 = (
    """
    create table erased_persons (
      tenant_id uuid not null,
      id uuid not null,
      erased_at timestamptz(3) not null,
      constraint erased_persons_pkey primary key (tenant_id, id)
    )
    """,
    """
    create table privacy_tasks (
      tenant_id uuid not null,
      request_id uuid not null,
      kind varchar(10) not null,
      contact_id uuid not null,
      person_ids uuid[] not null,
      words text[] not null,
      counts jsonb not null,
      run_at timestamptz(3) not null,
      done_at timestamptz(3),
      constraint privacy_tasks_pkey primary key (tenant_id, request_id)
    )
    """,
    """
    create table privacy_parts (
      tenant_id uuid not null,
      request_id uuid not null,
      person_ids uuid[] not null,
      content bytea not null,
      created_at timestamptz(3) not null,
      constraint privacy_parts_pkey primary key (tenant_id, request_id)
    )
    """,
)

_GUARD_V1 = """
create function {table}_of_nobody_erased() returns trigger language plpgsql as $$
begin
  if exists (
    select from added join erased_persons erased on erased.tenant_id = added.tenant_id and erased.id = added.{column}
  ) then
    raise exception 'person erased' using errcode = 'SM410';
  end if;
  return null;
end $$
"""


def privacy_tables_v1(op: Operations) -> None:
    for statement in _TABLES_V1:
        op.execute(statement)
    tenant_table_v1(op, "erased_persons")
    tenant_table_v1(op, "privacy_tasks", system=True)
    tenant_table_v1(op, "privacy_parts", system=True)


def guard_erased_v1(op: Operations, table: str, column: str, *, events: Sequence[str] = ("insert", "update")) -> None:
    """No statement may store a row about an erased person: SQLSTATE SM410, which the API answers with 410.

    One look for each statement, not for each row.
    """
    op.execute(_GUARD_V1.format(table=table, column=column))
    for event in events:
        op.execute(
            f"create trigger {table}_{event}_of_nobody_erased after {event} on {table} referencing new table as added"
            f" for each statement execute function {table}_of_nobody_erased()"
        )
