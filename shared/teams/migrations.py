"""The projection's table. Frozen: released migrations call it."""

from shared.db.migrations import Operations, tenant_table_v1

KNOWN_TEAMS_V1 = """
create table known_teams (
  tenant_id uuid not null,
  id uuid not null,
  version bigint not null,
  member_ids uuid[] not null,
  constraint known_teams_pkey primary key (tenant_id, id)
)
"""


def known_teams_v1(op: Operations) -> None:
    op.execute(KNOWN_TEAMS_V1)
    tenant_table_v1(op, "known_teams")
