"""One transaction of a consumer: offset, inbox, effect, and what cannot be applied set aside in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.database import Database, bind_tenant
from shared.messaging import offsets
from shared.messaging.consumer import Consumer, Parsed, apply, parse
from shared.messaging.failures import describe, fingerprint
from shared.messaging.message import Received, TopicPartition
from shared.observability.context import Context

BEHIND = "behind"
TIMEOUT_MS = 15_000
PARKED_KEYS = text("""
select distinct key from parked_event
where tenant_id = :tenant_id and consumer = :consumer and state = 'parked' and key = any (cast(:keys as text[]))
""")
PARK = text("""
insert into parked_event (tenant_id, consumer, topic, partition, log_offset, key, event_id, type, subject, version,
  time, headers,
  body, error, fingerprint)
values (:tenant_id, :consumer, :topic, :partition, :log_offset, :key, :event_id, :type, :subject, :version, :time,
  :headers,
  :body, :error, :fingerprint)
""")


@dataclass(frozen=True, slots=True)
class Parked:
    """An event to set aside: because it is bad, or behind a bad one of its key."""

    received: Received
    error: str
    fingerprint: str


@dataclass(slots=True)
class Plan:
    """What becomes of the events of one tenant in a batch."""

    good: list[Parsed] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)

    @property
    def bad(self) -> int:
        return sum(item.fingerprint != BEHIND for item in self.parked)


@dataclass(slots=True)
class Outcome:
    applied: int = 0
    bad: int = 0
    behind: int = 0


async def apply_batch(
    database: Database, consumer: Consumer, at: TopicPartition, expected: int, batch: Sequence[Received]
) -> Outcome:
    """Raises FencedError, TimeoutError, and whatever a handler or the database raises: then nothing has happened."""
    outcome = Outcome()
    async with database.transaction(bulk=True, timeout_ms=TIMEOUT_MS) as session:
        next_ = batch[-1].offset + 1
        parked = await offsets.advance(session, consumer.name, at, expected=expected, next_=next_)
        for tenant_id, events in sorted(_by_tenant(consumer, batch).items()):  # no two batches lock in a circle
            await bind_tenant(session, Context(tenant_id=tenant_id))
            blocked = await _parked_keys(session, consumer, tenant_id, events) if parked else set()
            await _settle(session, consumer, at, _plan(consumer, events, blocked), outcome)
    return outcome


async def park_one(
    database: Database, consumer: Consumer, at: TopicPartition, expected: int, received: Received, error: Exception
) -> Outcome:
    """Steps over an event whose handler failed. Raises FencedError, TimeoutError."""
    item = Parked(received, describe(error), fingerprint(received.message.type, error))
    outcome = Outcome()
    async with database.transaction(timeout_ms=TIMEOUT_MS) as session:
        await offsets.advance(session, consumer.name, at, expected=expected, next_=received.offset + 1)
        await bind_tenant(session, Context(tenant_id=received.message.tenant_id))
        await _settle(session, consumer, at, Plan(parked=[item]), outcome)
    return outcome


def _by_tenant(consumer: Consumer, batch: Iterable[Received]) -> dict[UUID, list[Received]]:
    """The events that the consumer reads, each tenant's in order. The others are never parsed."""
    types = consumer.types
    groups: dict[UUID, list[Received]] = {}
    for received in batch:
        if received.message.type in types:
            groups.setdefault(received.message.tenant_id, []).append(received)
    return groups


async def _parked_keys(
    session: AsyncSession, consumer: Consumer, tenant_id: UUID, events: Sequence[Received]
) -> set[str]:
    keys = list({received.message.key for received in events})
    return set(await session.scalars(PARKED_KEYS, {"tenant_id": tenant_id, "consumer": consumer.name, "keys": keys}))


def _plan(consumer: Consumer, events: Iterable[Received], blocked: set[str]) -> Plan:
    """A bad event takes the later ones of its key with it."""
    plan = Plan()
    blocked = set(blocked)
    for received in events:
        key = received.message.key
        if key in blocked:
            plan.parked.append(Parked(received, "waits for an earlier event of its key", BEHIND))
            continue
        try:
            plan.good.append(_readable(consumer, received))
        except ValueError as error:
            blocked.add(key)
            plan.parked.append(Parked(received, describe(error), fingerprint(received.message.type, error)))
    return plan


def _readable(consumer: Consumer, received: Received) -> Parsed:
    if received.broken is not None:
        raise ValueError(received.broken)
    return parse(consumer, received.offset, received.message)


async def _settle(session: AsyncSession, consumer: Consumer, at: TopicPartition, plan: Plan, outcome: Outcome) -> None:
    if plan.good:
        await apply(consumer, session, plan.good)
    if plan.parked:
        await session.execute(PARK, [_parked_row(consumer, at, item) for item in plan.parked])
        await offsets.count_parked(session, consumer.name, at, len(plan.parked))
    outcome.applied += len(plan.good)
    outcome.bad += plan.bad
    outcome.behind += len(plan.parked) - plan.bad


def _parked_row(consumer: Consumer, at: TopicPartition, item: Parked) -> dict[str, object]:
    return {
        **item.received.message._asdict(),
        "consumer": consumer.name,
        "topic": at.topic,
        "partition": at.partition,
        "log_offset": item.received.offset,
        "error": item.error,
        "fingerprint": item.fingerprint,
    }
