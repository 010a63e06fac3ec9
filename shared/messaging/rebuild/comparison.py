"""Whether the live projection and the one made again say the same of every tenant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import asyncpg

from shared.messaging.projection import ProjectionTable
from shared.messaging.rebuild.copying import LIVE, quoted
from shared.messaging.rebuild.replay import Replay
from shared.messaging.rebuild.shadow import Shadow, live_positions

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

COLUMNS = """
select attname::text from pg_attribute
where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attname
"""
MOST_TENANTS = 20


class Digest(NamedTuple):
    """A sum of the rows' hashes: the same in whatever order they are read."""

    rows: int
    hash: Decimal


Digests = Mapping[UUID, Digest]
NOTHING = Digest(0, Decimal(0))


@dataclass(frozen=True, slots=True)
class TableComparison:
    name: str
    live: Digests
    rebuilt: Digests

    @property
    def differing(self) -> list[UUID]:
        """Tenants whose rows are not the same."""
        tenants = self.live.keys() | self.rebuilt.keys()
        return sorted(
            tenant for tenant in tenants if self.live.get(tenant, NOTHING) != self.rebuilt.get(tenant, NOTHING)
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both at the same offsets."""

    tables: tuple[TableComparison, ...]

    @property
    def equal(self) -> bool:
        return not any(table.differing for table in self.tables)

    def lines(self) -> Iterable[str]:
        """For people. At most 20 tenants a table."""
        for table in self.tables:
            differing = table.differing
            yield (
                f"{table.name}: {_rows(table.live)} rows live, {_rows(table.rebuilt)} rebuilt,"
                f" {len(differing)} of {len(table.live.keys() | table.rebuilt.keys())} tenants differ"
            )
            for tenant in differing[:MOST_TENANTS]:
                live, rebuilt = table.live.get(tenant, NOTHING), table.rebuilt.get(tenant, NOTHING)
                yield f"  tenant {tenant}: {live.rows} rows live, {rebuilt.rows} rebuilt, the hashes differ"


async def compare(owner: "Connection", shadow: Shadow, replay: Replay) -> Comparison:
    """Stops nobody: one snapshot shows the live tables and the offsets that they follow from; the shadow goes there."""
    async with owner.transaction(isolation="repeatable_read", readonly=True):
        ends = await live_positions(owner, shadow.consumer)
        replay.allow(ends)
        live = [await _digest(owner, LIVE, table) for table in shadow.consumer.tables]
    await replay.reach(ends)
    rebuilt = [await _digest(owner, shadow.schema, table) for table in shadow.consumer.tables]
    names = [table.name for table in shadow.consumer.tables]
    return Comparison(tuple(TableComparison(*each) for each in zip(names, live, rebuilt, strict=True)))


async def _digest(owner: "Connection", schema: str, table: ProjectionTable) -> Digests:
    name = f"{schema}.{quoted(table.name)}"
    columns = [row[0] for row in await owner.fetch(COLUMNS, name)]
    compared = ", ".join(quoted(column) for column in columns if column not in table.ignoring)
    rows = await owner.fetch(
        f"select tenant_id, count(*), sum(hashtextextended(row({compared})::text, 0)) from {name}"  # noqa: S608 - our own names
        f" where {table.where} group by tenant_id"
    )
    return {UUID(int=row[0].int): Digest(row[1], row[2]) for row in rows}


def _rows(digests: Digests) -> int:
    return sum(digest.rows for digest in digests.values())
