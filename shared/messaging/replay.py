"""Parked events applied after all, in order, once the cause is mended.

Each step locks the consumer's offset of the partition first, so the live consumer and a replay never work on a key at
once. It needs no event log: any process with the service's database can do it.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from shared.db.database import Database
from shared.messaging import offsets
from shared.messaging.consumer import Consumer, apply, parse
from shared.messaging.failures import describe, fingerprint, is_transient
from shared.messaging.message import NO_ID, Message, TopicPartition
from shared.messaging.parked import MATCHES, Wanted
from shared.observability.context import Context

MAX_KEYS = 1_000

KEYS = text(f"""
select distinct tenant_id, key from parked_event
where {MATCHES} and (cast(:from_tenant as uuid) is null or (tenant_id, key) >= (:from_tenant, :from_key))
order by tenant_id, key limit {MAX_KEYS + 1}
""")  # noqa: S608  # constants
FIRST = text("""
select topic, partition, log_offset, tenant_id, key, event_id, type, subject, version, time, headers, body, error
from parked_event where tenant_id = :tenant_id and consumer = :consumer and key = :key and state = 'parked'
order by topic, partition, log_offset limit 1
""")
PLACE = """
tenant_id = :tenant_id and consumer = :consumer and topic = :topic and partition = :partition
  and log_offset = :log_offset
"""
REMOVE = text(f"delete from parked_event where {PLACE} and state = 'parked' returning 1")  # noqa: S608  # a constant
EXPLAIN = text(f"update parked_event set error = :error, fingerprint = :fingerprint where {PLACE}")  # noqa: S608


class EnvelopeUnreadable(ValueError):
    """Of such a message only parts are kept: it can be discarded, not applied."""


class ParkedKey(NamedTuple):
    tenant_id: UUID
    key: str


@dataclass(frozen=True, slots=True)
class FailedKey:
    """A key whose first event is bad still."""

    tenant_id: UUID
    key: str
    error: str


@dataclass(slots=True)
class Replay:
    """`next` is the key to go on from, if time ran out or there are too many; None if all was tried."""

    applied: int = 0
    failed: list[FailedKey] = field(default_factory=list)
    next: ParkedKey | None = None


async def replay(
    database: Database,
    system: Database,
    consumer: Consumer,
    wanted: Wanted,
    *,
    start: ParkedKey | None = None,
    budget_s: float = math.inf,
) -> Replay:
    """All parked events of the keys that match, each key in order and each event in its own transaction, at most 1,000
    keys, until the budget is spent; something is tried in any case.

    A key stops at its first event that fails again. Raises what passes by itself (database away): call again.
    """
    ends_at = time.monotonic() + budget_s
    keys = await _keys(system, consumer, wanted, start)
    done = Replay(next=keys[MAX_KEYS] if len(keys) > MAX_KEYS else None)
    for number, each in enumerate(keys[:MAX_KEYS]):
        late = number > 0 and time.monotonic() >= ends_at
        if late or not await _replay_key(database, consumer, each, done, ends_at):
            done.next = each
            break
    return done


async def _keys(system: Database, consumer: Consumer, wanted: Wanted, start: ParkedKey | None) -> list[ParkedKey]:
    tenant_id, key = start or (None, "")
    matching = {**asdict(wanted), "consumer": consumer.name, "from_tenant": tenant_id, "from_key": key}
    async with system.transaction() as session:
        return [ParkedKey(*row) for row in await session.execute(KEYS, matching)]


async def _replay_key(database: Database, consumer: Consumer, at: ParkedKey, done: Replay, ends_at: float) -> bool:
    """Whether the key was tried to its end in time."""
    while (row := await _first(database, consumer, at)) is not None:
        try:
            done.applied += await _replay_one(database, consumer, row)
        except EnvelopeUnreadable:
            done.failed.append(FailedKey(*at, row[12]))
            return True
        except Exception as error:  # whatever a handler raises is told to the caller
            if is_transient(error):
                raise
            await _explain(database, consumer, row, error)
            done.failed.append(FailedKey(*at, describe(error)))
            return True
        if time.monotonic() >= ends_at:
            return False
    return True


async def _first(database: Database, consumer: Consumer, at: ParkedKey) -> Sequence[Any] | None:
    async with database.transaction(Context(at.tenant_id)) as session:
        return (await session.execute(FIRST, {**at._asdict(), "consumer": consumer.name})).one_or_none()


async def _replay_one(database: Database, consumer: Consumer, row: Sequence[Any]) -> int:
    """1, or 0 if someone else has replayed or discarded it meanwhile."""
    at, message = TopicPartition(row[0], row[1]), Message(*row[3:12])
    if message.event_id == NO_ID:
        raise EnvelopeUnreadable
    async with database.transaction(Context(message.tenant_id)) as session:
        await offsets.lock(session, consumer.name, at)
        if await session.scalar(REMOVE, _place(consumer, row)) is None:
            return 0
        await offsets.count_parked(session, consumer.name, at, -1)
        await apply(consumer, session, [parse(consumer, row[2], message)])
    return 1


async def _explain(database: Database, consumer: Consumer, row: Sequence[Any], error: Exception) -> None:
    told = {"error": describe(error), "fingerprint": fingerprint(row[6], error)}
    async with database.transaction(Context(row[3])) as session:
        await session.execute(EXPLAIN, {**_place(consumer, row), **told})


def _place(consumer: Consumer, row: Sequence[Any]) -> dict[str, object]:
    place = {"topic": row[0], "partition": row[1], "log_offset": row[2], "tenant_id": row[3]}
    return {**place, "consumer": consumer.name}
