"""What the tables of a service hold of persons: found in the tables' own declarations, or declared.

A table with a column `contact_id` (or a NOT NULL one whose name ends so), or with a foreign key to the persons' own
table, holds rows about a person: they go. Rows that must have such a row go with it; a reference that may be null
becomes null. Whatever else belongs to a tenant needs a `Rule`, or a reason in `free`: `uncovered` names the rest.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.privacy.common import COMMON, COMMON_FREE
from shared.privacy.person import Person, Rule, StillInUse

__all__ = ["Holdings", "Person", "Rule", "StillInUse", "by_consumer", "count_rows"]

OF_PERSON = "{} = any(cast(:person_ids as uuid[]))"
ERASING = text("select set_config('app.erasing', array_to_string(cast(:person_ids as uuid[]), ','), true)")
"""The ids, until the transaction ends: the trigger of a table that nobody may change lets their rows go."""
BURY = text("""
insert into erased_persons (tenant_id, id, erased_at)
select :tenant_id, id, now() from unnest(cast(:person_ids as uuid[])) as gone (id) on conflict do nothing
""")


async def by_consumer(_: AsyncSession, __: Person) -> int:
    """`act` of a projection: the handler of `…erasure.requested` erases it, in order with the facts that it is of."""
    return 0


async def count_rows(session: AsyncSession, person: Person, rules: Sequence[Rule]) -> dict[str, int]:
    """How many rows there are of the person by table; before a projection forgets."""
    given = person.parameters()
    return {rule.table: await session.scalar(text(rule.count()), given) or 0 for rule in rules}


class Holdings:
    """`root` is the table whose `id` is the person's, in the service that owns persons. `derived` tables are erased as
    all are, but not given out: they repeat others.
    """

    def __init__(
        self,
        metadata: Sequence[MetaData],
        *,
        rules: Sequence[Rule] = (),
        free: Mapping[str, str] | None = None,
        derived: Sequence[str] = (),
        root: str | None = None,
    ) -> None:
        self._tables = [table for each in metadata for table in each.sorted_tables if "tenant_id" in table.c]
        self._declared = (*COMMON, *rules)
        self._free = {**COMMON_FREE, **(free or {})}
        self._derived = frozenset(derived)
        self._root = root
        self.rules = [*self._declared, *self._found()]

    def uncovered(self) -> list[str]:
        covered = {rule.table for rule in self.rules} | self._free.keys()
        return sorted({table.name for table in self._tables} - covered)

    async def erase(self, session: AsyncSession, person: Person) -> dict[str, int]:
        """In the caller's transaction; repeating it does no harm. How many rows of each table. Raises StillInUse."""
        given = person.parameters()
        await session.execute(ERASING, given)
        await session.execute(BURY, given)
        counts: Counter[str] = Counter()
        for rule in self.rules:
            if rule.act is not None:
                counts[rule.table] += await rule.act(session, person)
            else:
                counts[rule.table] += await session.scalar(text(rule.statement()), given) or 0
        return {table: count for table, count in sorted(counts.items()) if count}

    async def export(self, session: AsyncSession, person: Person) -> dict[str, list[Any]]:
        """All rows about the person by table."""
        found: dict[str, list[Any]] = {}
        for rule in self.rules:
            if rule.exported and rule.table not in self._derived:
                rows = (await session.scalars(text(rule.selection()), person.parameters())).all()
                found.setdefault(rule.table, []).extend(rows)
        return {table: rows for table, rows in sorted(found.items()) if rows}

    def _found(self) -> Iterator[Rule]:
        """Children first: a row goes before the row that it needs."""
        declared = {rule.table for rule in self._declared} | self._free.keys()
        for table in reversed(self._tables):
            if table.name in declared:
                continue
            if where := " or ".join(self._about(table)):
                yield Rule(str(table.name), where)
            for column in self._loose(table):
                yield Rule(str(table.name), OF_PERSON.format(column), change=f"{column} = null", exported=False)

    def _about(self, table: Table) -> Iterator[str]:
        """Conditions by which a row is about the person."""
        if table.name == self._root:
            yield OF_PERSON.format("id")
            return
        for column in table.columns:
            if column.name == "contact_id" or (self._refers(table, column.name) and not column.nullable):
                yield OF_PERSON.format(column.name)
        for name, parent, key in self._needed(table):
            if inner := " or ".join(self._about(parent)):
                yield f"{name} in (select {key} from {parent.name} where tenant_id = :tenant_id and ({inner}))"  # noqa: S608 - our own names

    def _loose(self, table: Table) -> Iterator[str]:
        for column in table.columns:
            if column.name != "contact_id" and column.nullable and self._refers(table, column.name):
                yield column.name

    def _refers(self, table: Table, name: str) -> bool:
        to_root = any(
            pair.parent.name == name and pair.column.table.name == self._root and pair.column.name == "id"
            for key in table.foreign_key_constraints
            for pair in key.elements
        )
        return table.name != self._root and (to_root or name.endswith("_contact_id"))

    def _needed(self, table: Table) -> Iterator[tuple[str, Table, str]]:
        """Foreign keys of a row to rows that it cannot be without, but to the person's own."""
        for key in table.foreign_key_constraints:
            for pair in key.elements:
                column, target = pair.parent, pair.column
                others = target.table.name not in (table.name, self._root) and not self._rooted(target.table)
                if others and not column.nullable and column.name != "tenant_id":
                    yield column.name, target.table, target.name

    def _rooted(self, table: Table) -> bool:
        """Those with a rule of their own take care of what hangs on them."""
        return any(rule.table == table.name for rule in self._declared)
