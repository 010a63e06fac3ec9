"""Rows that belong to a contact: they go along when it is merged, and come back when that is undone.

A slice declares its tables beside their models:

    goes_along("contact_tags", key=("tag_id",), unique=("tag_id",))

A merge moves the rows, set-based, and keeps of each whose it was first; so an undo brings back exactly those, in
whatever order merges are undone. A row that the survivor has already (`unique`) stays with the merged contact, unseen;
it goes along later if an undo takes the survivor's away.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.statement import Statement

Settle = Callable[[AsyncSession, Sequence[UUID]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Owned:
    """A table with `tenant_id` and, in `column`, the contact. See `goes_along`."""

    name: str
    move: Statement
    bring_back: Statement
    before: Statement | None
    settle: Settle | None


OWNED: dict[str, Owned] = {}


def goes_along(
    table: str,
    *,
    key: Sequence[str] = ("id",),
    column: str = "contact_id",
    name: str | None = None,
    unique: Sequence[str] = (),
    unless: str | None = None,
    versioned: bool = False,
    before: str | None = None,
    settle: Settle | None = None,
) -> None:
    """Declares that rows of `table` follow their contact. The texts are our own, never a client's.

    `key` tells the rows of one contact apart; a contact has one row for each value of `unique`, if that is given, and
    `unless` is a condition on a row `own` that stays, for what `unique` cannot say. `name`: of the table's second
    `column`. `versioned`: a moved row's `version` counts up. `before` is a statement on the `:merged` contact and its
    `:survivor`, ahead of the move. `settle(session, contact_ids)` runs after rows have moved, for what follows from
    them: with the survivor after a merge, with everyone concerned after an undo.
    """
    name = name or table
    names = {
        "name": name,
        "table": table,
        "column": column,
        "row_key": _row_key(key),
        "count_up": _count_up(versioned=versioned),
    }
    move = Statement(MOVE.format(**names, unless=_unless(table, column, unique, unless)))
    back = Statement(BRING_BACK.format(**names))
    OWNED[name] = Owned(name, move, back, Statement(before) if before else None, settle)


async def take_along(session: AsyncSession, merged: Sequence[UUID], survivor: UUID) -> None:
    """What the merged contacts have becomes the survivor's."""
    for owned in OWNED.values():
        for contact_id in merged:  # one after the other: two of them may have what the survivor can have once
            given = _given(session, merged=contact_id, survivor=survivor)
            if owned.before is not None:
                await owned.before.run(session, given)
            await owned.move.run(session, given)
        if owned.settle is not None:
            await owned.settle(session, [survivor])


async def bring_back(session: AsyncSession, contact_id: UUID, survivor: UUID) -> None:
    """What came to others with this contact, which is nobody's any more, is its own again.

    That includes what others had brought to it; what those kept to themselves stays where it is, unless there is room
    for it now.
    """
    still = await STILL_MERGED.run(session, _given(session, ids=[contact_id, survivor]))
    for owned in OWNED.values():
        await owned.bring_back.run(session, _given(session, contact_id=contact_id))
        for row in still:
            await owned.move.run(session, _given(session, **row))
        if owned.settle is not None:
            await owned.settle(session, [contact_id, survivor])


def _given(session: AsyncSession, **parameters: Any) -> dict[str, Any]:
    return {"tenant_id": session.info["context"].tenant_id, **parameters}


STILL_MERGED = Statement("""
with recursive up (id, asked) as (
  select each, each from unnest(cast(:ids as uuid[])) as each
  union all
  select contacts.merged_into, up.asked from up
  join contacts on contacts.tenant_id = :tenant_id and contacts.id = up.id and contacts.merged_into is not null
), below (id, asked, depth) as (
  select each, each, 0 from unnest(cast(:ids as uuid[])) as each
  union all
  select contacts.id, below.asked, below.depth + 1 from below
  join contacts on contacts.tenant_id = :tenant_id and contacts.merged_into = below.id
)
select below.id as merged, up.id as survivor from below
join up on up.asked = below.asked
join contacts on contacts.tenant_id = :tenant_id and contacts.id = up.id and contacts.merged_into is null
where below.depth > 0 order by below.depth, below.id
""")
"""Those whose merge into one of these contacts stands, and who stands for them."""
MOVE = """
with moved as (
  update {table} as own set {column} = :survivor{count_up}
  where own.tenant_id = :tenant_id and own.{column} = :merged {unless}
  returning {row_key} as row_key
), passed_on as (
  update merge_moves as known set holder_id = :survivor from moved
  where known.tenant_id = :tenant_id and known.table_name = '{name}' and known.holder_id = :merged
    and known.row_key = moved.row_key
  returning known.row_key
)
insert into merge_moves (tenant_id, table_name, contact_id, row_key, holder_id)
select :tenant_id, '{name}', :merged, row_key, :survivor from moved
where row_key not in (select row_key from passed_on)
"""
BRING_BACK = """
with recursive original (id) as (
  select cast(:contact_id as uuid)
  union all
  select contacts.id from original
  join contacts on contacts.tenant_id = :tenant_id and contacts.merged_into = original.id
), known as (
  select contact_id, row_key, holder_id from merge_moves
  where tenant_id = :tenant_id and table_name = '{name}'
    and contact_id in (select id from original) and holder_id not in (select id from original)
), moved as (
  update {table} as own set {column} = :contact_id{count_up} from known
  where own.tenant_id = :tenant_id and own.{column} = known.holder_id and {row_key} = known.row_key
), held as (
  update merge_moves as move set holder_id = :contact_id from known
  where move.tenant_id = :tenant_id and move.table_name = '{name}' and move.contact_id = known.contact_id
    and move.row_key = known.row_key and move.contact_id <> :contact_id
)
delete from merge_moves where tenant_id = :tenant_id and table_name = '{name}' and contact_id = :contact_id
"""


def _row_key(key: Sequence[str]) -> str:
    pairs = ", ".join(f"'{name}', own.{name}" for name in key)
    return f"jsonb_build_object({pairs})"


def _count_up(*, versioned: bool) -> str:
    return ", version = own.version + 1" if versioned else ""


def _unless(table: str, column: str, unique: Sequence[str], unless: str | None) -> str:
    conditions = [f"and ({unless}) is not true"] if unless else []
    if unique:
        same = " and ".join(f"taken.{name} is not distinct from own.{name}" for name in unique)
        taken = f"taken.tenant_id = :tenant_id and taken.{column} = :survivor and {same}"
        conditions.append(f"and not exists (select from {table} as taken where {taken})")
    return " ".join(conditions)
