"""Events set aside: seen by error, one by one, or given up. `replay` applies them.

All of it runs as the system role, which sees every tenant and those events whose tenant cannot be read.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.database import Database
from shared.messaging import offsets
from shared.messaging.batch import BEHIND
from shared.messaging.message import TopicPartition

MAX_GROUPS = 200

MATCHES = """
state = 'parked' and (cast(:consumer as text) is null or consumer = :consumer)
  and (cast(:tenant_id as uuid) is null or tenant_id = :tenant_id)
  and (cast(:fingerprint as text) is null or fingerprint = :fingerprint) and (cast(:key as text) is null or key = :key)
"""
# What waits for no bad event any more (it was discarded) is a group of its own: nothing else would show it.
GROUPS = text(f"""
with parked as (select * from parked_event where {MATCHES}),
blocked as (select distinct consumer, tenant_id, key, type, fingerprint from parked where fingerprint <> '{BEHIND}'),
behind as (
  select consumer, tenant_id, key, count(*) as events from parked where fingerprint = '{BEHIND}' group by 1, 2, 3
),
waiting as (
  select blocked.consumer, blocked.type, blocked.fingerprint, sum(behind.events) as behind
  from blocked join behind using (consumer, tenant_id, key) group by 1, 2, 3
)
select consumer, type, fingerprint, min(error) as error, count(*) as events,
  count(distinct (tenant_id, key)) as keys, count(distinct tenant_id) as tenants,
  coalesce(min(waiting.behind), 0)::bigint as behind,
  min(parked_at) as first_parked_at, max(parked_at) as last_parked_at
from parked left join waiting using (consumer, type, fingerprint)
where fingerprint <> '{BEHIND}' or (consumer, tenant_id, key) not in (select consumer, tenant_id, key from blocked)
group by consumer, type, fingerprint order by last_parked_at desc, consumer, type limit {MAX_GROUPS}
""")  # noqa: S608  # constants
EVENTS = text(f"""
select tenant_id, topic, partition, log_offset, key, event_id, type, subject, version, time, headers, body, error,
  fingerprint, parked_at
from parked_event where {MATCHES} and (cast(:after_tenant as uuid) is null or
  (tenant_id, topic, partition, log_offset) > (:after_tenant, :after_topic, :after_partition, :after_offset))
order by tenant_id, topic, partition, log_offset limit :limit
""")  # noqa: S608  # a constant
PLACES = text(f"""
select distinct topic, partition from parked_event where {MATCHES} order by topic, partition
""")  # noqa: S608  # a constant
DISCARD = text(f"""
update parked_event set state = 'discarded' where {MATCHES} and topic = :topic and partition = :partition returning 1
""")  # noqa: S608  # a constant


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parked events are meant; what is None does not matter."""

    consumer: str | None = None
    tenant_id: UUID | None = None
    fingerprint: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class ParkedGroup:
    """Bad events with the same kind of error; `behind` are good ones that wait for them.

    A group with the fingerprint `behind` holds good events whose bad one was discarded.
    """

    consumer: str
    type: str
    fingerprint: str
    error: str
    events: int
    keys: int
    tenants: int
    behind: int
    first_parked_at: datetime
    last_parked_at: datetime


class Place(NamedTuple):
    """Where a parked event stands in the order of `list_events`."""

    tenant_id: UUID
    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """`event_id` is zero and `tenant_id` may be, if the envelope could not be read."""

    tenant_id: UUID
    topic: str
    partition: int
    offset: int
    key: str
    event_id: UUID
    type: str
    subject: str
    version: int | None
    time: datetime
    headers: str
    body: str
    error: str
    fingerprint: str
    parked_at: datetime

    @property
    def place(self) -> Place:
        return Place(self.tenant_id, self.topic, self.partition, self.offset)


async def list_parked(session: AsyncSession, wanted: Wanted) -> list[ParkedGroup]:
    """At most 200 groups, the latest first."""
    return [ParkedGroup(*row) for row in await session.execute(GROUPS, asdict(wanted))]


async def list_events(
    session: AsyncSession, wanted: Wanted, *, after: Place | None = None, limit: int
) -> Sequence[ParkedEvent]:
    """By tenant, and in the order in which a replay applies them."""
    tenant_id, topic, partition, offset = after or (None, "", 0, 0)
    start = {"after_tenant": tenant_id, "after_topic": topic, "after_partition": partition, "after_offset": offset}
    return [ParkedEvent(*row) for row in await session.execute(EVENTS, {**asdict(wanted), **start, "limit": limit})]


async def discard(system: Database, consumer: str, wanted: Wanted) -> int:
    """Gives bad events up for good, and returns how many; those behind them still wait for a replay."""
    matching = {**asdict(wanted), "consumer": consumer}
    count = 0
    async with system.transaction() as session:
        for place in (await session.execute(PLACES, matching)).all():
            at = TopicPartition(*place)
            await offsets.lock(session, consumer, at)
            gone = (await session.execute(DISCARD, {**matching, "topic": at.topic, "partition": at.partition})).all()
            await offsets.count_parked(session, consumer, at, -len(gone))
            count += len(gone)
    return count
