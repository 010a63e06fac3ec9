"""Prometheus metrics of the HTTP side. Labels never hold a tenant."""

from prometheus_client import Counter, Gauge, Histogram

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
REQUEST_SECONDS = Histogram(
    "samphan_http_request_seconds",
    "Time to the last byte of an answer.",
    ("service", "method", "route"),
    buckets=BUCKETS,
)
RESPONSES = Counter(
    "samphan_http_responses",
    "Answers by status.",
    ("service", "method", "route", "status"),
)
READY = Gauge("samphan_ready", "1 while /readyz says yes, asked anew at each scrape", ("service",))
