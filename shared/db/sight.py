"""What somebody sees who does not see all records: those of his own customers, or of his team's (docs/adr/0020).

In a statement that begins with `Viewer.sees`, the name of a table stands for those of its rows that the viewer sees: a
common table expression hides the table of its name, and PostgreSQL plans it as if its condition had been written where
the name stands. So no query has to think of visibility, and for those who see everything nothing is added.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Column, MetaData, Select, Table, TextClause, event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState

from shared.db.statement import Statement
from shared.db.unit import UnitSession
from shared.observability.context import Context, Viewer

OWN = "seen_owners (user_id) as (select {viewer})"
TEAM = (
    "seen_owners (user_id) as (select {{viewer}} union select unnest(member_ids) from {teams}"
    " where tenant_id = {{tenant}} and {{viewer}} = any(member_ids))"
)
Pairs = Mapping[str, Sequence[str]]
NO_PAIRS: Pairs = MappingProxyType({})
RECORD_KEYS = ("tenant_id", "id")
IS_OWN = "owner_id = {viewer}"
IS_TEAMS = "owner_id = any(array(select user_id from seen_owners))"


class Sight:
    """Of the tables of one service. `people` has a row a customer with its `owner_id`, `teams` a row a team with its
    `member_ids`. Every table with a `contact_id` is seen as far as its customers are; so are `owned` ones, by their own
    `owner_id`, and `pairs`, by whoever sees both customers in the two columns. All other tables are seen whole.
    """

    def __init__(
        self,
        metadata: MetaData,
        *,
        people: str,
        teams: str,
        owned: Collection[str] = (),
        pairs: Pairs = NO_PAIRS,
    ) -> None:
        bound = {table.name for table in metadata.tables.values() if "contact_id" in table.c}
        self._tables = frozenset({people, *owned, *pairs, *bound})
        in_order = [people, *sorted(self._tables - {people})]  # the others ask for their customer
        tables = [metadata.tables[name] for name in in_order]
        self._own = _sees(OWN, IS_OWN, tables, pairs)
        self._team = _sees(TEAM.format(teams=teams), IS_TEAMS, tables, pairs)

    def viewer(self, user_id: UUID, *, team: bool) -> Viewer:
        return Viewer(user_id, team, self._team if team else self._own, self._tables)


async def seen_ids(session: AsyncSession, table: str, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the ids that the session's viewer sees; of a session without one, all of them, unasked."""
    context = session.info["context"]
    if context.viewer is None or not ids:
        return set(ids)
    given = {"tenant_id": context.tenant_id, "viewer": context.viewer.user_id, "ids": list(ids)}
    return {row["id"] for row in await _among(context.viewer.sees, table).run(session, given)}


def seen_condition(session: AsyncSession, table: str) -> TextClause | None:
    """For a statement of a command on a table with an `id`; None for a session without a viewer."""
    context: Context = session.info["context"]
    return None if context.viewer is None else _condition(context, context.viewer, table)


def owned_by_viewer(session: AsyncSession, records: Iterable[Any]) -> None:
    """What somebody makes who does not see everything is his own, unless he says whose it is: he is to see it."""
    viewer = session.info["context"].viewer
    if viewer is not None:
        for record in records:
            if record.owner_id is None:
                record.owner_id = viewer.user_id


@lru_cache(maxsize=64)
def _among(sees: str, table: str) -> Statement:
    narrowed = sees.format(tenant="cast(:tenant_id as uuid)", viewer="cast(:viewer as uuid)")
    return Statement(f"with {narrowed} select id from {table} where tenant_id = :tenant_id and id = any(:ids)")  # noqa: S608 - our own names


@event.listens_for(UnitSession, "do_orm_execute")
def _only_seen(state: ORMExecuteState) -> None:
    """Commands find what queries find: records that are loaded, to be changed or not, are narrowed by the same text."""
    context = state.session.info.get("context")
    if context is None or context.viewer is None or state.bind_mapper is None:
        return
    table = state.bind_mapper.local_table
    if isinstance(state.statement, Select) and isinstance(table, Table) and table.name in context.viewer.tables:
        keys = tuple(column.name for column in table.primary_key)
        state.statement = state.statement.where(_condition(context, context.viewer, table.name, keys))


def _condition(context: Context, viewer: Viewer, table: str, keys: tuple[str, ...] = RECORD_KEYS) -> TextClause:
    """Whoever sees only his own records does not ask for his teams, and so not for his tenant."""
    found = text(_is_among(viewer.sees, table, keys)).bindparams(sight_viewer=viewer.user_id)
    return found.bindparams(sight_tenant=context.tenant_id) if viewer.team else found


@lru_cache(maxsize=64)
def _is_among(sees: str, table: str, keys: tuple[str, ...]) -> str:
    narrowed = sees.format(tenant="cast(:sight_tenant as uuid)", viewer="cast(:sight_viewer as uuid)")
    same = " and ".join(f"seen_row.{key} = {table}.{key}" for key in keys)
    return f"exists (with {narrowed} select from {table} as seen_row where {same})"


def _sees(owners: str, is_seen: str, tables: list[Table], pairs: Pairs) -> str:
    parts = _parts(tables, is_seen, pairs)
    return ", ".join((owners, *(f"{name} as not materialized ({part})" for name, part in parts)))


def _parts(tables: list[Table], is_seen: str, pairs: Pairs) -> Iterator[tuple[str, str]]:
    people = tables[0]
    for table in tables:
        bound = table is not people and "contact_id" in table.c
        persons = [table.c[name] for name in pairs.get(table.name, ["contact_id"] if bound else [])]
        condition = " and ".join(_of_people(person, people, is_seen) for person in persons) or is_seen
        yield table.name, f"select * from {table.name} where {condition}"  # noqa: S608 - our own names


def _of_people(contact_id: Column[Any], people: Table, is_seen: str) -> str:
    """What belongs to a customer whom nobody has told of here, or to none, is seen by its own owner if it has one."""
    name, key = contact_id.table.name, "contact_id" if "contact_id" in people.c else "id"
    found = (
        f"exists (select from {people.name} seen where seen.tenant_id = {name}.tenant_id"
        f" and seen.{key} = {name}.{contact_id.name})"
    )
    if "owner_id" not in contact_id.table.c:
        return found
    known = found.replace(f"from {people.name} ", f"from public.{people.name} ")  # all of them, seen or not
    return f"({found} or {name}.{is_seen} and not {known})"
