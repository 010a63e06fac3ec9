"""The event log on Apache Kafka: one idempotent producer, offsets that we keep ourselves."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, NoError, TopicAlreadyExistsError, for_code

from shared.errors import UnavailableError
from shared.messaging.event import PARTITIONS
from shared.messaging.kafka_subscription import subscribing
from shared.messaging.kafka_wire import encode
from shared.messaging.log import Positions, Subscription
from shared.messaging.message import Message, TopicPartition

RETENTION_MS = 14 * 24 * 3600 * 1000
BATCH_BYTES = 512 * 1024
MAX_MESSAGE_BYTES = 1024 * 1024
REQUEST_TIMEOUT_MS = 15_000
CLOSE_TIMEOUT_S = 3


class KafkaLog:
    """`bootstrap_servers` as Kafka spells it. Nothing is connected before it is needed."""

    def __init__(self, bootstrap_servers: str, *, client_id: str, replication: int = 1) -> None:
        self._servers = bootstrap_servers
        self._client_id = client_id
        self._replication = replication
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._topics: set[str] = set()

    async def append(self, at: TopicPartition, messages: Sequence[Message]) -> None:
        producer = await self._ready(at.topic)
        try:
            acknowledged = [
                await producer.send_batch(batch, at.topic, partition=at.partition)
                for batch in _batches(producer, messages)
            ]
            await asyncio.gather(*acknowledged)
        except BaseException:
            await self._drop(producer)
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
        admin = AIOKafkaAdminClient(bootstrap_servers=self._servers, request_timeout_ms=REQUEST_TIMEOUT_MS)
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
        return NewTopic(topic, PARTITIONS, self._replication, topic_configs={"retention.ms": str(RETENTION_MS)})

    async def _ready(self, topic: str) -> AIOKafkaProducer:
        async with self._starting:
            await self.create_topics([topic])
            if self._producer is None:
                self._producer = await self._start_producer()
            return self._producer

    async def _start_producer(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._servers,
            client_id=self._client_id,
            enable_idempotence=True,
            acks="all",
            linger_ms=5,
            max_batch_size=BATCH_BYTES,
            max_request_size=MAX_MESSAGE_BYTES,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer

    async def _drop(self, producer: AIOKafkaProducer) -> None:
        """After an error nothing more may leave this producer: all who wait for it fail, and the next append makes a
        new one."""
        if self._producer is producer:
            self._producer = None
        producer._message_accumulator.fail_all(UnavailableError("The producer was given up after an error."))
        with suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                if producer._sender is not None:
                    await producer._sender.close()
                await producer.stop()

    @asynccontextmanager
    async def _subscribing(
        self, group: str, topics: Sequence[str], types: Collection[str], positions: Positions
    ) -> AsyncIterator[Subscription]:
        await self.create_topics(topics)
        async with subscribing(self._servers, self._client_id, group, topics, types, positions) as subscription:
            yield subscription


def _batches(producer: AIOKafkaProducer, messages: Sequence[Message]) -> list[Any]:
    """As few batches as hold the messages. Raises UnavailableError for one that no batch can hold."""
    batch = producer.create_batch()
    batches = [batch]
    for message in messages:
        key, value, headers, at_ms = encode(message)
        if batch.append(key=key, value=value, timestamp=at_ms, headers=headers) is None:
            batch.close()
            batch = producer.create_batch()
            batches.append(batch)
            if batch.append(key=key, value=value, timestamp=at_ms, headers=headers) is None:
                raise UnavailableError(f"Event {message.event_id} is larger than {BATCH_BYTES} bytes.")
    batch.close()
    return batches
