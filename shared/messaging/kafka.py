"""The event log on Apache Kafka: CloudEvents 1.0 in binary mode, one idempotent producer, offsets that we keep
ourselves."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError, NoError, TopicAlreadyExistsError, for_code

from shared.errors import UnavailableError
from shared.messaging.event import PARTITIONS, source_of
from shared.messaging.log import Batches, Positions, Subscription
from shared.messaging.message import NO_TENANT, Message, Received, TopicPartition

logger = structlog.get_logger()
RETENTION_MS = 14 * 24 * 3600 * 1000
BATCH_BYTES = 512 * 1024
MAX_MESSAGE_BYTES = 1024 * 1024
REQUEST_TIMEOUT_MS = 15_000
CLOSE_TIMEOUT_S = 3
FETCH_BATCHES = 4  # else twelve partitions would share one batch, and each transaction would be a twelfth
OPTIONAL = ("actorid", "correlationid", "causationid", "traceparent", "originid")
Headers = list[tuple[str, bytes]]


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
    ) -> AsyncIterator["KafkaSubscription"]:
        await self.create_topics(topics)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._servers,
            client_id=self._client_id,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=45_000,
            rebalance_timeout_ms=60_000,
            partition_assignment_strategy=[StickyPartitionAssignor],
        )
        subscription = KafkaSubscription(consumer, types, positions)
        consumer.subscribe(topics, listener=subscription)
        try:
            await consumer.start()
            yield subscription
        finally:
            await consumer.stop()


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
                batches[TopicPartition(*at)] = [self._received(record) for record in records]
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

    def _received(self, record: Any) -> Received:
        headers: dict[str, bytes] = dict(record.headers)
        if headers.get("ce_type") not in self._types:
            return Received(record.offset, _skipped(record, headers))
        try:
            return Received(record.offset, _message(record, headers))
        except (ValueError, KeyError) as error:
            return Received(record.offset, _unreadable(record, headers), f"malformed envelope: {error!r}")


def _batches(producer: AIOKafkaProducer, messages: Sequence[Message]) -> list[Any]:
    """As few batches as hold the messages. Raises UnavailableError for one that no batch can hold."""
    batch = producer.create_batch()
    batches = [batch]
    for message in messages:
        key, value, headers, at_ms = _encode(message)
        if batch.append(key=key, value=value, timestamp=at_ms, headers=headers) is None:
            batch.close()
            batch = producer.create_batch()
            batches.append(batch)
            if batch.append(key=key, value=value, timestamp=at_ms, headers=headers) is None:
                raise UnavailableError(f"Event {message.event_id} is larger than {BATCH_BYTES} bytes.")
    batch.close()
    return batches


def _encode(message: Message) -> tuple[bytes, bytes, Headers, int]:
    tenant_id = str(message.tenant_id)
    headers = [
        *_headers_of_type(message.type),
        ("ce_id", str(message.event_id).encode()),
        ("ce_subject", message.subject.encode()),
        ("ce_time", message.time.isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()),
        ("ce_tenantid", tenant_id.encode()),
        ("ce_partitionkey", message.key.encode()),
    ]
    if message.version is not None:
        headers.append(("ce_aggregateversion", str(message.version).encode()))
    if message.headers != "{}":
        headers.extend(_headers_of_context(message.headers))
    return f"{tenant_id}/{message.key}".encode(), message.body.encode(), headers, int(time.time() * 1000)


@lru_cache(512)
def _headers_of_type(event_type: str) -> tuple[tuple[str, bytes], ...]:
    return (
        ("ce_specversion", b"1.0"),
        ("content-type", b"application/json"),
        ("ce_source", source_of(event_type).encode()),
        ("ce_type", event_type.encode()),
        ("ce_dataschema", f"urn:samphan:event:{event_type}".encode()),
    )


@lru_cache(512)
def _headers_of_context(headers: str) -> tuple[tuple[str, bytes], ...]:
    """A bulk write gives thousands of events the same."""
    return tuple((f"ce_{name}", value.encode()) for name, value in orjson.loads(headers).items())


def _message(record: Any, headers: Mapping[str, bytes]) -> Message:
    """Raises ValueError, KeyError."""
    version = headers.get("ce_aggregateversion")
    given = {name: headers[f"ce_{name}"].decode() for name in OPTIONAL if f"ce_{name}" in headers}
    return Message(
        tenant_id=UUID(headers["ce_tenantid"].decode()),
        key=headers["ce_partitionkey"].decode(),
        event_id=UUID(headers["ce_id"].decode()),
        type=headers["ce_type"].decode(),
        subject=headers["ce_subject"].decode(),
        version=None if version is None else int(version),
        time=datetime.fromisoformat(headers["ce_time"].decode()),
        headers=orjson.dumps(given).decode() if given else "{}",
        body=record.value.decode(),
    )


def _skipped(record: Any, headers: Mapping[str, bytes]) -> Message:
    """Of a type that nobody here reads: only its place counts."""
    event_type = headers.get("ce_type", b"").decode(errors="replace")
    return Message(NO_TENANT, "", NO_TENANT, event_type, "", None, _time(record), "{}", "")


def _unreadable(record: Any, headers: Mapping[str, bytes]) -> Message:
    """What can be kept of a message whose envelope is wrong."""
    try:
        tenant_id = UUID(headers["ce_tenantid"].decode())
    except (ValueError, KeyError):
        tenant_id = NO_TENANT
    names = {name: _text(value) for name, value in headers.items()}
    return Message(
        tenant_id=tenant_id,
        key=names.get("ce_partitionkey") or _text(record.key),
        event_id=NO_TENANT,
        type=names["ce_type"],
        subject=names.get("ce_subject", ""),
        version=None,
        time=_time(record),
        headers=orjson.dumps(names).decode(),
        body=_text(record.value),
    )


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace").replace("\0", "")


def _time(record: Any) -> datetime:
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)
