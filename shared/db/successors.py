"""Records of another service that were merged into others there: who stands for each, and may have been merged again.

A projection keeps them in a table `successors` of its own (`SuccessorColumns`, `successors_table_v1`). What it has of
a merged record stays under that record's id; reads go through the survivor (`shared.query.successors`). So what comes
late finds its place by itself, and an undo leaves nothing to be put back.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Index, Uuid
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.schema import SchemaItem

from shared.db.migrations import Operations, tenant_table_v1
from shared.db.statement import Statement

SUCCESSORS_V1 = """
create table successors (
  tenant_id uuid not null,
  id uuid not null,
  merged_into uuid not null,
  survivor_id uuid not null,
  constraint successors_pkey primary key (tenant_id, id)
)
"""
SHARE = Statement("select pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")
ALONE = Statement("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
KEEP = Statement("""
with back as (
  delete from successors where tenant_id = :tenant_id and id = any(cast(:live as uuid[]))
  returning id, survivor_id
), merged as (
  insert into successors (tenant_id, id, merged_into, survivor_id)
  select :tenant_id, id, merged_into, merged_into
  from unnest(cast(:ids as uuid[]), cast(:merged_into as uuid[])) as new (id, merged_into)
  on conflict (tenant_id, id) do update set merged_into = excluded.merged_into, survivor_id = excluded.survivor_id
  where successors.merged_into <> excluded.merged_into
  returning id, survivor_id
)
select id, survivor_id from back
union all select id, survivor_id from merged
union all select old.id, old.survivor_id from successors as old join merged on merged.id = old.id
where old.tenant_id = :tenant_id
""")
FOLLOW = Statement("""
with recursive concerned (id) as (
  select unnest(cast(:ids as uuid[]))
  union
  select successors.id from concerned
  join successors on successors.tenant_id = :tenant_id and successors.merged_into = concerned.id
), step (id, reached) as (
  select id, merged_into from successors where tenant_id = :tenant_id and id in (select id from concerned)
  union
  select step.id, successors.merged_into from step
  join successors on successors.tenant_id = :tenant_id and successors.id = step.reached
), last as (
  select id, reached from step
  where not exists (select from successors where tenant_id = :tenant_id and successors.id = step.reached)
), followed as (
  update successors set survivor_id = last.reached from last
  where successors.tenant_id = :tenant_id and successors.id = last.id and successors.survivor_id <> last.reached
)
select successors.id, successors.survivor_id, last.reached from successors join last on last.id = successors.id
where successors.tenant_id = :tenant_id
""")
"""`union` drops what was reached before: while events are on their way, two records may seem merged into each other."""


class SuccessorColumns:
    """`merged_into` is who took the record over, `survivor_id` who stands for both by now. Live records have no row."""

    __tablename__ = "successors"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    merged_into: Mapped[UUID] = mapped_column(Uuid)
    survivor_id: Mapped[UUID] = mapped_column(Uuid)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[SchemaItem, ...]:
        return (
            Index("successors_merged_into_idx", "tenant_id", "merged_into"),
            Index("successors_survivor_idx", "tenant_id", "survivor_id", "id"),
        )


async def keep_successors(session: AsyncSession, merged: Mapping[UUID, UUID | None]) -> set[UUID]:
    """What is newly known of records: into whom each was merged, None for a live one.

    Returns all whose own facts or sums may look different now: those that moved, and who stood or stands for them.
    """
    into = {each: other for each, other in merged.items() if other is not None}
    given = {
        "tenant_id": session.info["context"].tenant_id,
        "live": [each for each in merged if each not in into],
        "ids": list(into),
        "merged_into": list(into.values()),
    }
    changed = await KEEP.run(session, given)
    if not changed:
        return set()
    await alone_with_successors(session)
    concerned = {each for row in changed for each in row}
    followed = await FOLLOW.run(session, {**given, "ids": [row["id"] for row in changed]})
    return concerned | {each for row in followed for each in row}


async def share_successors(session: AsyncSession) -> None:
    """Until the transaction ends nobody is merged here: for sums that must not miss what moves meanwhile."""
    await SHARE.run(session, {"name": _lock_name(session)})


async def alone_with_successors(session: AsyncSession) -> None:
    """Chains are followed one after the other, so that no two changes miss each other."""
    await ALONE.run(session, {"name": _lock_name(session)})


def _lock_name(session: AsyncSession) -> str:
    return f"successors/{session.info['context'].tenant_id}"


def successors_table_v1(op: Operations) -> None:
    op.execute(SUCCESSORS_V1)
    for name, columns in SUCCESSORS_INDEXES_V1:
        op.execute(f"create index {name} on successors ({columns})")
    tenant_table_v1(op, "successors")


SUCCESSORS_INDEXES_V1: Sequence[tuple[str, str]] = (
    ("successors_merged_into_idx", "tenant_id, merged_into"),
    ("successors_survivor_idx", "tenant_id, survivor_id, id"),
)
