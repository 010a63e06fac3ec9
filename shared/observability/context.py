"""Who does what on whose behalf: carried by each transaction into its events, and by each log line."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who sees only his own records, or his team's. `sees` is the beginning of a statement that shows him his
    part of `tables`: SQL after `with`, with places for `{viewer}` and `{tenant}` (`shared.db.sight`).
    """

    user_id: UUID
    team: bool
    sees: str
    tables: frozenset[str]


@dataclass(frozen=True, slots=True)
class Context:
    """`correlation_id` is the request id at the gateway; `causation_id` the event that led to this work; `viewer` is
    who asks, unless he sees everything."""

    tenant_id: UUID
    actor_id: UUID | None = None
    correlation_id: str | None = None
    causation_id: UUID | None = None
    traceparent: str | None = None
    origin_id: str | None = None
    viewer: Viewer | None = None
