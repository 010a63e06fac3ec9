"""One member of a Kafka consumer group, which reads from the offsets that we keep ourselves."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError

from shared.messaging.kafka_wire import decode
from shared.messaging.log import Batches, Positions
from shared.messaging.message import TopicPartition

logger = structlog.get_logger()
# How long the group waits for a member that was killed, and for all to join anew. Short, because being thrown out by
# mistake costs little: the stored offset decides what counts, not membership.
SESSION_TIMEOUT_MS = 10_000
REQUEST_TIMEOUT_MS = 15_000  # a fetch waits 0.5 s for events; only a joining may take longer, and is repeated
FETCH_BATCHES = 4  # else twelve partitions would share one batch, and each transaction would be a twelfth


class KafkaSubscription(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    def __init__(self, consumer: AIOKafkaConsumer, types: Collection[str], positions: Positions) -> None:
        self._consumer = consumer
        self._types = {event_type.encode() for event_type in types}
        self._positions = positions
        self._assigned: set[TopicPartition] = set()
        self._unplaced: set[TopicPartition] = set()

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
        fetched = await self._consumer.getmany(
            timeout_ms=int(timeout_s * 1000), max_records=max_messages * FETCH_BATCHES
        )
        batches: Batches = {}
        for at, records in fetched.items():
            if TopicPartition(*at) in self._assigned - self._unplaced:
                batches[TopicPartition(*at)] = [decode(record, self._types) for record in records]
        return batches

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
            if ours:
                await self._consumer.commit(ours)
        except (KafkaError, IllegalStateError) as error:  # only lag tools read it
            logger.info("kafka: offsets not committed", error=repr(error))

    async def ends(self) -> dict[TopicPartition, int]:
        ends = {at: self._consumer.highwater(KafkaPartition(*at)) for at in self._assigned}
        return {at: end for at, end in ends.items() if end is not None}

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
async def subscribing(
    servers: str, client_id: str, group: str, topics: Sequence[str], types: Collection[str], positions: Positions
) -> AsyncIterator[KafkaSubscription]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        client_id=client_id,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=SESSION_TIMEOUT_MS,
        rebalance_timeout_ms=SESSION_TIMEOUT_MS,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        partition_assignment_strategy=[StickyPartitionAssignor],
    )
    subscription = KafkaSubscription(consumer, types, positions)
    consumer.subscribe(topics, listener=subscription)
    try:
        await consumer.start()
        yield subscription
    finally:
        await consumer.stop()
