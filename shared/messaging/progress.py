"""How a member gets on with its partitions, and what that means for those who wait."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.messaging import metrics
from shared.messaging.backoff import Backoff
from shared.messaging.message import TopicPartition


@dataclass(slots=True)
class Progress:
    """One partition: the stored offset, and how it gets on. No event that waits is older than `waits_since`."""

    next: int
    limit: int
    waits_since: datetime
    backoff: Backoff = field(default_factory=Backoff)
    resume_at_s: float | None = None


def report_lag(
    consumer: str, progress: Mapping[TopicPartition, Progress], ends: Mapping[TopicPartition, int], *, now: datetime
) -> None:
    """Both measures of lag. Where nothing waits, what comes later is newer than `now`: an idle hour is no lag."""
    behind = [at for at in ends if progress[at].next < ends[at]]
    for at in ends.keys() - behind:
        progress[at].waits_since = now
    oldest = min((progress[at].waits_since for at in behind), default=now)
    metrics.LAG.labels(consumer).set(sum(ends[at] - progress[at].next for at in behind))
    metrics.LAG_SECONDS.labels(consumer).set(max(0.0, (now - oldest).total_seconds()))
