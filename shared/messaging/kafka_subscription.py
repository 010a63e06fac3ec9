"""One member of a Kafka consumer group, which reads from the offsets that we keep ourselves."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError

from shared.errors import UnavailableError
from shared.messaging.kafka_producer import METADATA_MAX_AGE_MS, REQUEST_TIMEOUT_MS
from shared.messaging.kafka_wire import decode
from shared.messaging.log import Batches, Positions
from shared.messaging.message import TopicPartition
from shared.tasks import end

logger = structlog.get_logger()
ENDS_TIMEOUT_S = 2
SESSION_TIMEOUT_MS = 10_000
"""After `kill -9` the partitions wait so long for their next owner. One that was only slow is fenced by its offsets."""
COMMIT_TIMEOUT_S = 1.0
STOP_TIMEOUT_S = 3.0


class KafkaSubscription(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    def __init__(
        self, consumer: AIOKafkaConsumer, types: Collection[str], positions: Positions, *, silence_s: float
    ) -> None:
        self._consumer = consumer
        self._types = {event_type.encode() for event_type in types}
        self._positions = positions
        self._assigned: set[TopicPartition] = set()
        self._unplaced: set[TopicPartition] = set()
        self._silence_s = silence_s
        self._heard_at_s = time.monotonic()
        self._heard: set[object] = set()

    @property
    def assigned(self) -> Collection[TopicPartition]:
        return self._assigned

    async def on_partitions_revoked(self, _: Collection[KafkaPartition]) -> None:
        self._assigned.clear()
        self._unplaced.clear()

    async def on_partitions_assigned(self, assigned: Collection[KafkaPartition]) -> None:
        self._assigned = {TopicPartition(*at) for at in assigned}
        self._unplaced = set(self._assigned)
        if assigned:
            self._consumer.pause(*assigned)

    async def fetch(self, *, max_messages: int, timeout_s: float) -> Batches:
        await self._place()
        fetched = await self._consumer.getmany(timeout_ms=int(timeout_s * 1000), max_records=max_messages)
        for at in map(KafkaPartition._make, self._assigned - fetched.keys()):
            fetched.update(await self._consumer.getmany(at, max_records=max_messages))
        self._require_answers()
        ours = self._assigned - self._unplaced
        decoded = partial(decode, types=self._types)
        return {TopicPartition(*at): map(decoded, records) for at, records in fetched.items() if at in ours}

    def seek(self, at: TopicPartition, offset: int) -> None:
        with suppress(IllegalStateError):
            self._consumer.seek(KafkaPartition(*at), offset)

    def pause(self, at: TopicPartition) -> None:
        with suppress(IllegalStateError):
            self._consumer.pause(KafkaPartition(*at))

    def resume(self, at: TopicPartition) -> None:
        with suppress(IllegalStateError):
            self._consumer.resume(KafkaPartition(*at))

    async def commit(self, positions: Mapping[TopicPartition, int]) -> None:
        ours = {KafkaPartition(*at): offset for at, offset in positions.items() if at in self._assigned}
        try:
            async with asyncio.timeout(COMMIT_TIMEOUT_S):  # aiokafka tries until there is a coordinator again
                if ours:
                    await self._consumer.commit(ours)
        except (KafkaError, IllegalStateError, TimeoutError) as error:  # only lag tools read it
            logger.info("kafka: offsets not committed", error=repr(error))

    async def ends(self) -> dict[TopicPartition, int]:
        """Asked of the brokers: what fetches tell stands still while a partition is paused, and the lag would, too."""
        assigned = [KafkaPartition(*at) for at in self._assigned]
        if not assigned:
            return {}
        try:
            async with asyncio.timeout(ENDS_TIMEOUT_S):
                ends = await self._consumer.end_offsets(assigned)
        except (KafkaError, TimeoutError):
            ends = {at: self._consumer.highwater(at) for at in assigned if at in self._consumer.assignment()}
        return {TopicPartition(*at): end for at, end in ends.items() if end is not None}

    def _require_answers(self) -> None:
        """Raises UnavailableError: aiokafka asks only brokers that it saw last, and those may never come back."""
        placed = {KafkaPartition(*at) for at in self._assigned - self._unplaced}
        reading = placed & self._consumer.assignment() - self._consumer.paused()
        answers = {self._consumer.last_poll_timestamp(at) for at in reading}
        if answers != self._heard or not reading:
            self._heard, self._heard_at_s = answers, time.monotonic()
        elif time.monotonic() - self._heard_at_s > self._silence_s:
            raise UnavailableError(f"No broker has answered for {self._silence_s:g} s.")

    async def _place(self) -> None:
        """Newly assigned partitions are read from our own offsets, never from Kafka's."""
        if not self._unplaced:
            return
        waiting = set(self._unplaced)
        positions = await self._positions(waiting)
        for at in waiting & self._unplaced:
            self.seek(at, positions[at])
            self.resume(at)
        self._unplaced -= waiting


@asynccontextmanager
async def consuming(servers: str, client_id: str, group: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer to be started by the caller. It is thrown away however its use ends."""

    class Assignor(StickyPartitionAssignor):  # type: ignore[misc]  # aiokafka has no types
        """aiokafka keeps what a member had in the class: members of one process must not share it."""

    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        client_id=client_id,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=SESSION_TIMEOUT_MS,
        rebalance_timeout_ms=SESSION_TIMEOUT_MS,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        metadata_max_age_ms=METADATA_MAX_AGE_MS,
        partition_assignment_strategy=[Assignor],
    )
    try:
        yield consumer
    finally:
        await _throw_away(consumer)


async def _throw_away(consumer: AIOKafkaConsumer) -> None:
    """In a task of its own: while no broker answers, aiokafka's `stop` ends halfway with the cancellation of a fetch,
    which would look as if we had been cancelled. Members that could not say good-bye are missed after their session."""
    stopping = asyncio.create_task(consumer.stop())
    await asyncio.wait([stopping], timeout=STOP_TIMEOUT_S)
    await end(stopping)
    await consumer._client.close()
