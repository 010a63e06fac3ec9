"""The present state of every record, told again through the outbox: for projections that missed what came before.

Chunks take no locks. A change that commits meanwhile may be published before the older state that was read here:
readers keep the newest version, so it does no harm. Publishing anything twice does none, either.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from shared.db import Database
from shared.db.visibility import seeing_all_tenants
from shared.messaging.event import Event
from shared.messaging.outbox import stage_many
from shared.observability.context import Context

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

CHUNK = 500
OUTBOX_LIMIT = 5_000
"""So many events may wait before a live one: a fraction of a second for the relay."""
POLL_S = 0.1
NIL = UUID(int=0)
WAITING = text("select count(*) from (select from outbox limit :most) as waiting")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How one kind of record is told: `tell` makes the event of any row, of a deleted one a tombstone.

    `model` is a Record, or another mapped class with `tenant_id` and `id`.
    """

    model: type[Any]
    tell: Callable[[Any], Event]

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)


@dataclass(frozen=True, slots=True)
class Place:
    """The last record that was told."""

    table: str
    tenant_id: UUID
    id: UUID

    @classmethod
    def read(cls, line: str) -> "Place":
        """Raises ValueError."""
        table, tenant_id, record_id = line.split("/")
        return cls(table, UUID(tenant_id), UUID(record_id))

    def __str__(self) -> str:
        return f"{self.table}/{self.tenant_id}/{self.id}"


async def publish_snapshots(
    snapshots: Sequence[Snapshot],
    *,
    owner_url: str,
    app_url: str,
    system_url: str,
    after: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> int:
    """Returns how many records were told. `progress` gets the place after each chunk; `after` is such a place.

    Waits while the relay has enough to do. Raises ValueError for a place that is none.
    """
    place = Place.read(after) if after else None
    tables = [snapshot.table for snapshot in snapshots]
    if place is not None:
        snapshots = snapshots[tables.index(place.table) :]
    dsn = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    owner = await asyncpg.connect(dsn, timeout=10)
    told = 0
    try:
        async with (
            seeing_all_tenants(owner, tables),
            Database(app_url, pool_size=1, name="samphan snapshot") as database,
            Database(system_url, pool_size=1, name="samphan snapshot") as system,
        ):
            for snapshot in snapshots:
                async for told_last, count in _tell_all(owner, database, system, snapshot, place):
                    told += count
                    progress(str(told_last))
                place = None
    finally:
        await owner.close()
    return told


async def _tell_all(
    owner: "Connection", database: Database, system: Database, snapshot: Snapshot, after: Place | None
) -> AsyncIterator[tuple[Place, int]]:
    """Tenant by tenant, each by id."""
    tenant_id, last = (after.tenant_id, after.id) if after else (await _tenant_after(owner, snapshot, NIL), NIL)
    while tenant_id is not None:
        while (found := await _tell_chunk(database, snapshot, tenant_id, last)) is not None:
            last, count = found
            yield Place(snapshot.table, tenant_id, last), count
            await _until_relayed(system)
        tenant_id, last = await _tenant_after(owner, snapshot, tenant_id), NIL


async def _tenant_after(owner: "Connection", snapshot: Snapshot, tenant_id: UUID) -> UUID | None:
    query = f"select tenant_id from {snapshot.table} where tenant_id > $1 order by tenant_id limit 1"  # noqa: S608
    found: UUID | None = await owner.fetchval(query, tenant_id)
    return None if found is None else UUID(int=found.int)


async def _tell_chunk(database: Database, snapshot: Snapshot, tenant_id: UUID, after: UUID) -> tuple[UUID, int] | None:
    """The last id of the chunk and its size, or None if there is no more."""
    model = snapshot.model
    query = select(model).where(model.tenant_id == tenant_id, model.id > after).order_by(model.id).limit(CHUNK)
    async with database.transaction(Context(tenant_id=tenant_id)) as session:
        records = (await session.scalars(query)).all()
        if not records:
            return None
        await stage_many(session, [snapshot.tell(record) for record in records])
        return records[-1].id, len(records)


async def _until_relayed(system: Database) -> None:
    while True:
        async with system.transaction() as session:
            if (await session.scalar(WAITING, {"most": OUTBOX_LIMIT}) or 0) < OUTBOX_LIMIT:
                return
        await asyncio.sleep(POLL_S)
