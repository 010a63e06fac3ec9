"""How far a consumer is: kept in the service's own database, moved in the transaction of the effect."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.message import TopicPartition

START = text("""
insert into consumer_offset (consumer, topic, partition)
select :consumer, topic, partition from unnest(cast(:topics as text[]), cast(:partitions as smallint[])) as at (topic,
  partition)
on conflict do nothing
""")
READ = text("""
select topic, partition, next from consumer_offset where consumer = :consumer
and (topic, partition) in (select * from unnest(cast(:topics as text[]), cast(:partitions as smallint[])))
""")
ADVANCE = text("""
update consumer_offset set next = :next, updated_at = now()
where consumer = :consumer and topic = :topic and partition = :partition and next = :expected returning parked
""")
LOCK = text("""
select parked from consumer_offset where consumer = :consumer and topic = :topic and partition = :partition for update
""")
COUNT_PARKED = text("""
update consumer_offset set parked = parked + :change where consumer = :consumer and topic = :topic and partition =
  :partition
""")


class FencedError(Exception):
    """Another member has moved the offset: what this one was about to do is done already."""


async def read_offsets(
    session: AsyncSession, consumer: str, partitions: Collection[TopicPartition]
) -> dict[TopicPartition, int]:
    """Where to go on in each partition; a partition never read before starts at 0."""
    at = {
        "consumer": consumer,
        "topics": [p.topic for p in partitions],
        "partitions": [p.partition for p in partitions],
    }
    await session.execute(START, at)
    return {TopicPartition(row.topic, row.partition): row.next for row in await session.execute(READ, at)}


async def advance(session: AsyncSession, consumer: str, at: TopicPartition, *, expected: int, next_: int) -> int:
    """Compare and set, holding the offset's lock from here to the end of the transaction; returns how many events are
    parked.

    Raises FencedError.
    """
    parked: int | None = await session.scalar(ADVANCE, {**_at(consumer, at), "expected": expected, "next": next_})
    if parked is None:
        raise FencedError(f"{consumer} {at.topic}/{at.partition} is not at {expected} any more")
    return parked


async def lock(session: AsyncSession, consumer: str, at: TopicPartition) -> None:
    """Keeps the consumer away from the partition until the transaction ends."""
    await session.execute(LOCK, _at(consumer, at))


async def count_parked(session: AsyncSession, consumer: str, at: TopicPartition, change: int) -> None:
    await session.execute(COUNT_PARKED, {**_at(consumer, at), "change": change})


def _at(consumer: str, at: TopicPartition) -> dict[str, object]:
    return {"consumer": consumer, "topic": at.topic, "partition": at.partition}
