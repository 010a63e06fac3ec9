"""history"""

from alembic import op

from shared.db.migrations import APP_ROLE, tenant_table_v1

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# One statement a statement: changing ten thousand records at once stays set-based. Fields that follow from others
# (the trigger's further arguments) are left out. A statement that leaves `updated_at` alone has changed the record now.
NOTE = """
create function note_record_changes() returns trigger language plpgsql as $$
begin
  insert into record_changes (tenant_id, record_id, record_type, version, changed_at, actor_id, request_id, changes)
  select after.tenant_id, after.id, tg_argv[0], after.version,
    case when after.updated_at > before.updated_at then after.updated_at else now() end,
    nullif(current_setting('app.actor_id', true), '')::uuid, nullif(current_setting('app.request_id', true), ''),
    changed.fields
  from before join after on after.tenant_id = before.tenant_id and after.id = before.id
  cross join lateral (
    select jsonb_object_agg(was.key, jsonb_build_array(was.value, became.value)) as fields
    from jsonb_each(to_jsonb(before)) was join jsonb_each(to_jsonb(after)) became on became.key = was.key
    where was.value is distinct from became.value and was.key <> all (tg_argv[1:])
  ) changed
  where before is distinct from after and changed.fields is not null;
  return null;
end $$
"""
KEEP = """
create function keep_record_changes() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.record_id::text = any (string_to_array(current_setting('app.erasing', true), ',')) then
    return old;
  end if;
  raise exception 'the history of a record is not changed' using errcode = 'insufficient_privilege';
end $$
"""
AUDIT = (
    """
    create table audit_entries (
      tenant_id uuid not null,
      number bigint not null,
      day date not null,
      event_id uuid not null,
      event_type varchar(200) not null,
      subject varchar(200) not null,
      version bigint,
      occurred_at timestamptz(3) not null,
      actor_id uuid,
      request_id varchar(200),
      changed_fields varchar(100)[] not null,
      hash bytea not null,
      constraint audit_entries_pkey primary key (tenant_id, number)
    )
    """,
    "create index audit_entries_subject_idx on audit_entries (tenant_id, subject, number)",
    "create index audit_entries_day_idx on audit_entries (tenant_id, day, number)",
    """
    create table audit_heads (
      tenant_id uuid not null,
      number bigint not null,
      day date,
      hash bytea not null,
      constraint audit_heads_pkey primary key (tenant_id)
    )
    """,
    """
    create function keep_audit_entries() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit log is not changed' using errcode = 'insufficient_privilege';
    end $$
    """,
    """
    create trigger audit_entries_keep before update or delete or truncate on audit_entries
    for each statement execute function keep_audit_entries()
    """,
)
TABLES = {"contacts": "contact", "companies": "company"}
DERIVED = ("version", "updated_at", "sync_xid", "sort_name", "email", "phone", "band")


def upgrade() -> None:
    op.execute("""
    create table record_changes (
      tenant_id uuid not null,
      record_id uuid not null,
      id bigint generated always as identity,
      record_type varchar(20) not null,
      version bigint not null,
      changed_at timestamptz(3) not null,
      actor_id uuid,
      request_id varchar(200),
      changes jsonb not null,
      constraint record_changes_pkey primary key (tenant_id, record_id, id)
    )
    """)
    op.execute("create index record_changes_changed_at_idx on record_changes (tenant_id, record_id, changed_at, id)")
    tenant_table_v1(op, "record_changes")
    op.execute(f"revoke update on record_changes from {APP_ROLE}")
    op.execute(KEEP)
    op.execute(
        "create trigger record_changes_keep before update or delete on record_changes"
        " for each row execute function keep_record_changes()"
    )
    for statement in AUDIT:
        op.execute(statement)
    for table in ("audit_entries", "audit_heads"):
        tenant_table_v1(op, table)
    op.execute(f"revoke update, delete on audit_entries from {APP_ROLE}")
    op.execute(NOTE)
    for table, kind in TABLES.items():
        op.execute(
            f"alter table {table} add column created_by uuid"
            " default nullif(current_setting('app.actor_id', true), '')::uuid"
        )
        arguments = ", ".join(f"'{each}'" for each in (kind, *DERIVED))
        op.execute(
            f"create trigger {table}_changes after update on {table}"
            f" referencing old table as before new table as after"
            f" for each statement execute function note_record_changes({arguments})"
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"drop trigger {table}_changes on {table}")
        op.execute(f"alter table {table} drop column created_by")
    op.execute("drop function note_record_changes")
    op.execute("drop table audit_heads, audit_entries, record_changes")
    op.execute("drop function keep_audit_entries")
    op.execute("drop function keep_record_changes")
