"""What is measured of events on their way. Labels never carry tenants."""

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

OUTBOX_ROWS = Gauge("samphan_outbox_rows", "Events that wait to be published", ["service"])
OUTBOX_OLDEST = Gauge("samphan_outbox_oldest_seconds", "Age of the oldest event that waits", ["service"])
RELAYED = Counter("samphan_relay_events", "Events published", ["service"])
RELAY_ERRORS = Counter("samphan_relay_errors", "Batches that could not be published", ["service"])
RELAY_SECONDS = Histogram("samphan_relay_batch_seconds", "Time of one batch", ["service"], buckets=SECONDS)

APPLIED = Counter("samphan_consumer_events", "Events whose effect is committed", ["consumer"])
BATCH_SECONDS = Histogram("samphan_consumer_batch_seconds", "Time of one batch", ["consumer"], buckets=SECONDS)
LAG = Gauge(
    "samphan_consumer_lag_events",
    "Events in the log that are not applied yet",
    ["consumer"],
)
LAG_SECONDS = Gauge(
    "samphan_consumer_lag_seconds",
    "Age of the newest event applied while others wait",
    ["consumer"],
)
PARKED = Counter("samphan_consumer_parked", "Events set aside", ["consumer", "reason"])
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

JOB_ITEMS = Counter("samphan_job_items", "Items that jobs have done", ["job"])
JOB_ERRORS = Counter("samphan_job_errors", "Runs of jobs that failed", ["job"])
RESTARTS = Counter(
    "samphan_task_restarts",
    "Tasks of the worker that crashed and were started again",
    ["task"],
)
