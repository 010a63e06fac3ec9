"""How each consumer stands, for its members and its operators: stopped or not, and how much of the log is ahead.

It is kept in the service's own database, so that it outlives a restart and is the same for every process.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.message import TopicPartition

HALT = text("insert into consumer_halt (consumer) values (:consumer) on conflict do nothing")
RESUME = text("delete from consumer_halt where consumer = :consumer returning 1")
NOTE_ENDS = text("""
insert into consumer_log_end as known (consumer, topic, partition, next)
select :consumer, topic, partition, next
from unnest(cast(:topics as text[]), cast(:partitions as smallint[]), cast(:ends as bigint[])) as seen
  (topic, partition, next)
order by topic, partition
on conflict (consumer, topic, partition) do update set next = excluded.next, seen_at = now()
""")
LOOK = text("""
select (select halted_at from consumer_halt where consumer = :consumer) as halted_at,
  (select coalesce(sum(parked), 0) from consumer_offset where consumer = :consumer) as parked
""")
HALTED = text("select consumer, halted_at from consumer_halt where consumer = any (cast(:consumers as text[]))")
PARTITIONS = text("""
select at.consumer, at.topic, at.partition, at.next, ahead.next as log_end,
  greatest(ahead.next - at.next, 0) as lag, at.parked, at.updated_at as moved_at, ahead.seen_at
from consumer_offset as at left join consumer_log_end as ahead using (consumer, topic, partition)
where at.consumer = any (cast(:consumers as text[])) order by 1, 2, 3
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """`parked` counts all partitions, those of other members included."""

    halted_at: datetime | None
    parked: int


@dataclass(frozen=True, slots=True)
class PartitionState:
    """`log_end` and `lag` are as a worker saw them at `seen_at`, every 5 s while one runs; None before the first."""

    topic: str
    partition: int
    next: int
    log_end: int | None
    lag: int | None
    parked: int
    moved_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsumerState:
    consumer: str
    halted_at: datetime | None
    partitions: list[PartitionState]


async def halt(session: AsyncSession, consumer: str) -> None:
    """Stops all members of the consumer, now and after a restart, until `resume`."""
    await session.execute(HALT, {"consumer": consumer})


async def resume(session: AsyncSession, consumer: str) -> bool:
    """Whether it was halted. Its members go on within seconds."""
    return await session.scalar(RESUME, {"consumer": consumer}) is not None


async def look(session: AsyncSession, consumer: str) -> Standing:
    row = (await session.execute(LOOK, {"consumer": consumer})).one()
    return Standing(row.halted_at, row.parked)


async def note_ends(session: AsyncSession, consumer: str, ends: Mapping[TopicPartition, int]) -> None:
    topics, partitions = [at.topic for at in ends], [at.partition for at in ends]
    seen = {"consumer": consumer, "topics": topics, "partitions": partitions, "ends": list(ends.values())}
    await session.execute(NOTE_ENDS, seen)


async def read_states(session: AsyncSession, consumers: Collection[str]) -> list[ConsumerState]:
    """In the order of `consumers`, each with its partitions by topic and number."""
    asked = {"consumers": list(consumers)}
    halted = {row.consumer: row.halted_at for row in await session.execute(HALTED, asked)}
    partitions: dict[str, list[PartitionState]] = {name: [] for name in consumers}
    for name, *state in await session.execute(PARTITIONS, asked):
        partitions[name].append(PartitionState(*state))
    return [ConsumerState(name, halted.get(name), of_one) for name, of_one in partitions.items()]
