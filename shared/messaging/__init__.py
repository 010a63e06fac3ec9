"""Events between services: staged with the change they tell of, published at least once, applied exactly once."""

from shared.messaging.consumer import Consumer
from shared.messaging.event import Envelope, Event, Reading, newest_per_key
from shared.messaging.jobs import Jobs, claim
from shared.messaging.outbox import stage, stage_many, staged, wake_after_commit
from shared.messaging.projection import ProjectionTable

__all__ = [
    "Consumer",
    "Envelope",
    "Event",
    "Jobs",
    "ProjectionTable",
    "Reading",
    "claim",
    "newest_per_key",
    "stage",
    "stage_many",
    "staged",
    "wake_after_commit",
]
