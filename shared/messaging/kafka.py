"""The event log on Apache Kafka: one idempotent producer, offsets that we keep ourselves."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, NoError, TopicAlreadyExistsError, for_code

from shared.messaging.event import PARTITIONS
from shared.messaging.kafka_producer import batches_of, give_up, start_producer
from shared.messaging.kafka_subscription import KafkaSubscription, consuming
from shared.messaging.log import Positions, Subscription
from shared.messaging.message import Message, TopicPartition

RETENTION_MS = 14 * 24 * 3600 * 1000
ADMIN_TIMEOUT_MS = 5_000  # a broker that has just died may still be named as the one to ask: not for long
CLOSE_TIMEOUT_S = 3
SILENCE_S = 60.0


class KafkaLog:
    """`bootstrap_servers` as Kafka spells it. Nothing is connected before it is needed.

    A subscription that no broker answers for `silence_s` raises UnavailableError from its fetches.
    """

    def __init__(
        self, bootstrap_servers: str, *, client_id: str, replication: int = 1, silence_s: float = SILENCE_S
    ) -> None:
        self._servers = bootstrap_servers
        self._client_id = client_id
        self._replication = replication
        self._silence_s = silence_s
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._topics: set[str] = set()

    async def append(self, at: TopicPartition, messages: Sequence[Message]) -> None:
        producer = await self._ready(at.topic)
        try:
            acknowledged = [
                await producer.send_batch(batch, at.topic, partition=at.partition)
                for batch in batches_of(producer, messages)
            ]
            await asyncio.gather(*acknowledged)
        except BaseException:  # nothing more may leave this producer: the next append makes a new one
            if self._producer is producer:
                self._producer = None
            await give_up(producer)
            raise

    def subscribe(
        self, group: str, topics: Sequence[str], types: Collection[str], positions: Positions
    ) -> AbstractAsyncContextManager[Subscription]:
        return self._subscribing(group, topics, types, positions)

    async def close(self) -> None:
        """Appends are finished by then; a broker that is away is not waited for."""
        if self._producer is not None:
            with suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await self._producer.stop()

    async def forget(self, _: TopicPartition, __: UUID, ___: Sequence[str]) -> int | None:
        """A topic is never rewritten: what it has is gone after `retention.ms`."""
        return None

    async def prune(self) -> int:
        """The broker does it: see `retention.ms`."""
        return 0

    async def starts(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        await self.create_topics(topics)
        partitions = [KafkaPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
        reader = AIOKafkaConsumer(bootstrap_servers=self._servers, client_id=self._client_id)
        try:
            await reader.start()
            found = await reader.beginning_offsets(partitions)
        finally:
            await reader.stop()
        return {TopicPartition(*at): offset for at, offset in found.items()}

    async def create_topics(self, topics: Sequence[str]) -> None:
        """Those that are missing, with our number of partitions and 14 days of retention."""
        missing = [topic for topic in topics if topic not in self._topics]
        if not missing:
            return
        admin = AIOKafkaAdminClient(bootstrap_servers=self._servers, request_timeout_ms=ADMIN_TIMEOUT_MS)
        try:
            await admin.start()
            answer = await admin.create_topics([self._new_topic(topic) for topic in missing])
        finally:
            await admin.close()
        for topic, code, *_ in answer.topic_errors:
            if code not in (NoError.errno, TopicAlreadyExistsError.errno):
                raise for_code(code)(topic)
        self._topics.update(missing)

    def _new_topic(self, topic: str) -> NewTopic:
        """What is acknowledged is on most of the brokers that keep the topic."""
        configs = {"retention.ms": str(RETENTION_MS), "min.insync.replicas": str(self._replication // 2 + 1)}
        return NewTopic(topic, PARTITIONS, self._replication, topic_configs=configs)

    async def _ready(self, topic: str) -> AIOKafkaProducer:
        async with self._starting:
            await self.create_topics([topic])
            if self._producer is None:
                self._producer = await start_producer(self._servers, self._client_id)
            return self._producer

    @asynccontextmanager
    async def _subscribing(
        self, group: str, topics: Sequence[str], types: Collection[str], positions: Positions
    ) -> AsyncIterator[Subscription]:
        await self.create_topics(topics)
        async with consuming(self._servers, self._client_id, group) as consumer:
            subscription = KafkaSubscription(consumer, types, positions, silence_s=self._silence_s)
            consumer.subscribe(topics, listener=subscription)
            await consumer.start()
            yield subscription
