"""The idempotent producer: how it is made, what it is given, and how it is given up."""

import asyncio
from collections.abc import Sequence
from itertools import chain
from typing import Any

from aiokafka import AIOKafkaProducer

from shared.errors import UnavailableError
from shared.messaging.kafka_wire import encode
from shared.messaging.message import Message
from shared.tasks import end

BATCH_BYTES = 512 * 1024
MAX_MESSAGE_BYTES = 1024 * 1024
REQUEST_TIMEOUT_MS = 10_000  # longer than a broker's session (9 s), which an acknowledgement by all may have to outwait
GIVE_UP_TIMEOUT_S = 1.0
METADATA_MAX_AGE_MS = 30_000  # a request that hangs says nothing of partitions that have moved meanwhile


async def start_producer(servers: str, client_id: str) -> AIOKafkaProducer:
    """Raises KafkaError. It waits for a broker that gives it an identity as long as the caller does."""
    producer = AIOKafkaProducer(
        bootstrap_servers=servers,
        client_id=client_id,
        enable_idempotence=True,
        acks="all",
        linger_ms=5,
        max_batch_size=BATCH_BYTES,
        max_request_size=MAX_MESSAGE_BYTES,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        metadata_max_age_ms=METADATA_MAX_AGE_MS,
    )
    try:
        await producer.start()
    except BaseException:
        await producer.stop()
        raise
    return producer


async def give_up(producer: AIOKafkaProducer) -> None:
    """At once: all who wait for it fail, nothing more leaves it, and no broker that hangs is waited for.

    aiokafka's own `stop` waits until all requests are answered, and closes no connection if it is not let wait.
    """
    producer._closed = True
    _fail_all(producer, UnavailableError("The producer was given up after an error."))
    ending = asyncio.create_task(producer._sender.close())
    await asyncio.sleep(0)
    for connection in producer.client._conns.values():
        if connection.connected():
            connection._writer.transport.abort()
    await producer.client.close()
    await asyncio.wait([ending], timeout=GIVE_UP_TIMEOUT_S)
    await end(ending)  # and what it raises: requests that were at work do not find their batches any more


def _fail_all(producer: AIOKafkaProducer, error: UnavailableError) -> None:
    """What was waiting for its turn is told too. Nobody may be listening any more: asyncio need not tell of that."""
    accumulator = producer._message_accumulator
    accumulator.fail_all(error)
    for batch in (*chain(*accumulator._batches.values()), *accumulator._pending_batches):
        batch.future.exception()
        batch._drain_waiter.exception()


def batches_of(producer: AIOKafkaProducer, messages: Sequence[Message]) -> list[Any]:
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
