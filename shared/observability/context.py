"""Who does what on whose behalf: carried by each transaction into its events, and by each log line."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Context:
    """`correlation_id` is the request id at the gateway; `causation_id` the event that led to this work."""

    tenant_id: UUID
    actor_id: UUID | None = None
    correlation_id: str | None = None
    causation_id: UUID | None = None
    traceparent: str | None = None
    origin_id: str | None = None
