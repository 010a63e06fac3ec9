"""What travels: rows of the outbox on their way out, and messages on their way in."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import orjson

from shared.messaging.event import Envelope
from shared.observability.context import Context

NO_ID = NO_TENANT = UUID(int=0)


class TopicPartition(NamedTuple):
    topic: str
    partition: int


class Message(NamedTuple):
    """One event as it is stored and sent. `headers` is a JSON object with the optional attributes of the context."""

    tenant_id: UUID
    key: str
    event_id: UUID
    type: str
    subject: str
    version: int | None
    time: datetime
    headers: str
    body: str


class Received(NamedTuple):
    """One event as a consumer gets it. `broken` says why its envelope cannot be trusted."""

    offset: int
    message: Message
    broken: str | None = None


def headers_of(context: Context) -> str:
    """The attributes that have a value; names as in CloudEvents: lower case letters only."""
    given: dict[str, str] = {}
    if context.actor_id is not None:
        given["actorid"] = str(context.actor_id)
    if context.correlation_id is not None:
        given["correlationid"] = context.correlation_id
    if context.causation_id is not None:
        given["causationid"] = str(context.causation_id)
    if context.traceparent is not None:
        given["traceparent"] = context.traceparent
    if context.origin_id is not None:
        given["originid"] = context.origin_id
    return orjson.dumps(given).decode()


def envelope_of(message: Message) -> Envelope:
    """Raises ValueError if an attribute is malformed."""
    actor_id, correlation_id, causation_id, traceparent, origin_id = _context_of(message.headers)
    return Envelope(
        id=message.event_id,
        type=message.type,
        time=message.time,
        tenant_id=message.tenant_id,
        key=message.key,
        subject=message.subject,
        version=message.version,
        actor_id=actor_id,
        correlation_id=correlation_id,
        causation_id=causation_id,
        traceparent=traceparent,
        origin_id=origin_id,
    )


@lru_cache(512)
def _context_of(headers: str) -> tuple[UUID | None, str | None, UUID | None, str | None, str | None]:
    """A bulk write gives thousands of events the same. Raises ValueError."""
    given: dict[str, str] = orjson.loads(headers)
    actor_id, causation_id = given.get("actorid"), given.get("causationid")
    return (
        UUID(actor_id) if actor_id else None,
        given.get("correlationid"),
        UUID(causation_id) if causation_id else None,
        given.get("traceparent"),
        given.get("originid"),
    )


def context_after(envelope: Envelope) -> Context:
    """The context of work that an event leads to: same tenant, actor and trace, caused by the event."""
    return Context(
        tenant_id=envelope.tenant_id,
        actor_id=envelope.actor_id,
        correlation_id=envelope.correlation_id,
        causation_id=envelope.id,
        traceparent=envelope.traceparent,
        origin_id=envelope.origin_id,
    )
