"""Events set aside: seen by error, replayed in order once the cause is mended, or given up.

Each step locks the consumer's offset of the partition first, so the live consumer and a replay never work on a key at
once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.database import Database
from shared.messaging import offsets
from shared.messaging.batch import BEHIND
from shared.messaging.consumer import Consumer, apply, parse
from shared.messaging.failures import describe, fingerprint, is_transient
from shared.messaging.message import Message, TopicPartition
from shared.observability.context import Context

MAX_GROUPS = 200
MAX_KEYS = 1_000

GROUPS = text(f"""
with bad as (
  select consumer, type, fingerprint, min(error) as error, count(*) as events, count(distinct key) as keys,
    min(parked_at) as first_parked_at, max(parked_at) as last_parked_at, array_agg(distinct key) as names
  from parked_event
  where tenant_id = :tenant_id and state = 'parked' and fingerprint <> '{BEHIND}'
  group by consumer, type, fingerprint
)
select bad.*, (
  select count(*) from parked_event as p
  where p.tenant_id = :tenant_id and p.consumer = bad.consumer and p.state = 'parked' and p.fingerprint = '{BEHIND}'
    and p.key = any (bad.names)) as behind
from bad order by last_parked_at desc limit {MAX_GROUPS}
""")  # noqa: S608  # constants
KEYS = text(f"""
select distinct key from parked_event
where tenant_id = :tenant_id and consumer = :consumer and state = 'parked'
  and (cast(:key as text) is null or key = :key) and (cast(:fingerprint as text) is null or fingerprint = :fingerprint)
order by key limit {MAX_KEYS}
""")  # noqa: S608  # a constant
FIRST = text("""
select topic, partition, log_offset, tenant_id, key, event_id, type, subject, version, time, headers, body from
parked_event where tenant_id = :tenant_id and consumer = :consumer and key = :key and state = 'parked'
order by topic, partition, log_offset limit 1
""")
REMOVE = text("""
delete from parked_event where tenant_id = :tenant_id and consumer = :consumer and topic = :topic and partition =
  :partition
and log_offset = :log_offset and state = 'parked' returning 1
""")
EXPLAIN = text("""
update parked_event set error = :error, fingerprint = :fingerprint
where tenant_id = :tenant_id and consumer = :consumer and topic = :topic and partition = :partition and log_offset =
  :log_offset
""")
PLACES = text("""
select distinct topic, partition from parked_event
where tenant_id = :tenant_id and consumer = :consumer and state = 'parked' and fingerprint = :fingerprint
  and (cast(:key as text) is null or key = :key)
order by topic, partition
""")
DISCARD = text("""
update parked_event set state = 'discarded' where tenant_id = :tenant_id and consumer = :consumer and topic = :topic
and partition = :partition and state = 'parked' and fingerprint = :fingerprint and (cast(:key as text) is null or key =
  :key)
returning 1
""")


@dataclass(frozen=True, slots=True)
class ParkedGroup:
    """Bad events with the same kind of error; `behind` are good ones that wait for them."""

    consumer: str
    type: str
    fingerprint: str
    error: str
    events: int
    keys: int
    behind: int
    first_parked_at: datetime
    last_parked_at: datetime


@dataclass(frozen=True, slots=True)
class Replay:
    """`failed` are keys whose first event is bad still, with its error."""

    applied: int
    failed: dict[str, str]


async def list_parked(session: AsyncSession, tenant_id: UUID) -> list[ParkedGroup]:
    """At most 200 groups, the latest first."""
    rows = await session.execute(GROUPS, {"tenant_id": tenant_id})
    return [ParkedGroup(**{name: value for name, value in row._mapping.items() if name != "names"}) for row in rows]


async def replay(
    database: Database,
    consumer: Consumer,
    tenant_id: UUID,
    *,
    fingerprint: str | None = None,
    key: str | None = None,
) -> Replay:
    """All parked events of the keys that match, each key in order and each event in its own transaction, at most 1,000
    keys.

    A key stops at its first event that fails again. Raises what passes by itself (database away): call again.
    """
    context = Context(tenant_id=tenant_id)
    async with database.transaction(context) as session:
        matching = {"tenant_id": tenant_id, "consumer": consumer.name, "key": key, "fingerprint": fingerprint}
        keys = (await session.scalars(KEYS, matching)).all()
    applied, failed = 0, {}
    for each in keys:
        count, error = await _replay_key(database, consumer, context, each)
        applied += count
        if error is not None:
            failed[each] = error
    return Replay(applied, failed)


async def discard(
    database: Database, consumer: str, tenant_id: UUID, *, fingerprint: str, key: str | None = None
) -> int:
    """Gives bad events up for good, and returns how many; those behind them still wait for a replay."""
    matching = {"tenant_id": tenant_id, "consumer": consumer, "fingerprint": fingerprint, "key": key}
    count = 0
    async with database.transaction(Context(tenant_id=tenant_id)) as session:
        for place in (await session.execute(PLACES, matching)).all():
            at = TopicPartition(*place)
            await offsets.lock(session, consumer, at)
            gone = (await session.execute(DISCARD, {**matching, "topic": at.topic, "partition": at.partition})).all()
            await offsets.count_parked(session, consumer, at, -len(gone))
            count += len(gone)
    return count


async def _replay_key(database: Database, consumer: Consumer, context: Context, key: str) -> tuple[int, str | None]:
    applied = 0
    while True:
        row = await _first(database, consumer, context, key)
        if row is None:
            return applied, None
        try:
            applied += await _replay_one(database, consumer, context, row)
        except Exception as error:  # whatever a handler raises is told to the caller
            if is_transient(error):
                raise
            await _explain(database, consumer, context, row, error)
            return applied, describe(error)


async def _first(database: Database, consumer: Consumer, context: Context, key: str) -> Sequence[Any] | None:
    async with database.transaction(context) as session:
        found = {"tenant_id": context.tenant_id, "consumer": consumer.name, "key": key}
        return (await session.execute(FIRST, found)).one_or_none()


async def _replay_one(database: Database, consumer: Consumer, context: Context, row: Sequence[Any]) -> int:
    """1, or 0 if someone else has replayed or discarded it meanwhile."""
    at, message = TopicPartition(row[0], row[1]), Message(*row[3:])
    async with database.transaction(context) as session:
        await offsets.lock(session, consumer.name, at)
        if await session.scalar(REMOVE, _place(consumer, row)) is None:
            return 0
        await offsets.count_parked(session, consumer.name, at, -1)
        await apply(consumer, session, [parse(consumer, row[2], message)])
    return 1


async def _explain(
    database: Database, consumer: Consumer, context: Context, row: Sequence[Any], error: Exception
) -> None:
    told = {"error": describe(error), "fingerprint": fingerprint(row[6], error)}
    async with database.transaction(context) as session:
        await session.execute(EXPLAIN, {**_place(consumer, row), **told})


def _place(consumer: Consumer, row: Sequence[Any]) -> dict[str, object]:
    place = {"topic": row[0], "partition": row[1], "log_offset": row[2], "tenant_id": row[3]}
    return {**place, "consumer": consumer.name}
