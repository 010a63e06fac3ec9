"""JSON logs, one line per request, batch or failure."""

import logging
import sys

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from shared.observability.requests import request_log

SECRET_KEYS = frozenset(
    {
        "authorization",
        "password",
        "token",
        "refresh_token",
        "api_key",
        "secret",
        "body",
        "email",
    }
)


def _redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: "[redacted]" if key.lower() in SECRET_KEYS else value for key, value in event.items()}


def configure_logs(level: str, service: str) -> None:
    logging.basicConfig(level=level, stream=sys.stdout, format="%(message)s", force=True)
    for noisy in ("uvicorn.access", "aiokafka", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    at_least = logging.getLevelNamesMapping()[level]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact,
            structlog.processors.JSONRenderer(serializer=lambda value, **_: orjson.dumps(value, default=str).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(at_least),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    request_log.open(at_least, service)
