"""What is measured of events on their way. Labels never carry tenants."""

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

OUTBOX_ROWS = Gauge(
    "samphan_outbox_rows", "Events that wait to be published; above 20,000 the planner's estimate", ["service"]
)
OUTBOX_OLDEST = Gauge("samphan_outbox_oldest_seconds", "Age of the oldest event that waits", ["service"])
RELAYED = Counter("samphan_relay_events", "Events published", ["service"])
RELAY_ERRORS = Counter("samphan_relay_errors", "Batches that could not be published", ["service"])
RELAY_SECONDS = Histogram("samphan_relay_batch_seconds", "Time of one batch", ["service"], buckets=SECONDS)
RELAY_SEEN = Gauge(
    "samphan_relay_last_round_timestamp_seconds",
    "When a relay of this process last looked for events, in Unix time",
    ["service"],
)

APPLIED = Counter("samphan_consumer_events", "Events whose effect is committed", ["consumer"])
BATCH_SECONDS = Histogram("samphan_consumer_batch_seconds", "Time of one batch", ["consumer"], buckets=SECONDS)
LAG = Gauge(
    "samphan_consumer_lag_events",
    "Events in the log that are not applied yet",
    ["consumer"],
)
LAG_SECONDS = Gauge(
    "samphan_consumer_lag_seconds",
    "How long the oldest event that is not applied yet may have waited; 0 while none waits",
    ["consumer"],
)
PARKED = Counter("samphan_consumer_parked", "Events set aside", ["consumer", "reason"])
PARKED_NOW = Gauge(
    "samphan_consumer_parked_events",
    "Events set aside that were neither replayed nor discarded, of all members",
    ["consumer"],
)
FENCED = Counter(
    "samphan_consumer_fenced",
    "Batches undone because another member had applied them",
    ["consumer"],
)
MISSED = Counter("samphan_consumer_missed", "Events that the log deleted before they were applied", ["consumer"])
RETRIES = Counter("samphan_consumer_retries", "Batches that met a passing error", ["consumer"])
STOPPED = Gauge(
    "samphan_consumer_stopped",
    "1 while too many parked events keep the consumer from going on",
    ["consumer"],
)

JOB_ITEMS = Counter("samphan_job_items", "Items that jobs have done", ["job_name"])
JOB_ERRORS = Counter("samphan_job_errors", "Runs of jobs that failed", ["job_name"])
RESTARTS = Counter(
    "samphan_task_restarts",
    "Tasks of the worker that crashed and were started again",
    ["task"],
)

PRIVACY_OVERDUE = Gauge(
    "samphan_privacy_overdue_requests", "Requests about persons that some service has not answered within 72 hours"
)


def expect_relay(service: str) -> None:
    """Counters begin at 0 rather than with the first event: else the first would be no increase."""
    for metric in (RELAYED, RELAY_ERRORS):
        metric.labels(service)


def expect_consumer(consumer: str) -> None:
    """As `expect_relay`."""
    for metric in (APPLIED, FENCED, MISSED, RETRIES, STOPPED, PARKED_NOW, LAG, LAG_SECONDS):
        metric.labels(consumer)
    for reason in ("bad", "behind"):
        PARKED.labels(consumer, reason)
