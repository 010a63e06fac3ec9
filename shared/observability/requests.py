"""The log line and the metrics of each request. They are on every request's way, so a request only leaves a note; many
notes are made lines and counts at once, when the processor has that code at hand: a request's own share was 6 µs, and
twice as much where processes take turns on few processors.
"""

import asyncio
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from time import time

import orjson
from prometheus_client import Counter, Histogram

from shared.observability.metrics import REQUEST_SECONDS, RESPONSES

WRITTEN_AFTER_S = 0.05
NOTES_AT_ONCE = 64


Count = Callable[[str, str, int, float], None]
Note = tuple[str, str, int, float, str, float, Count | None]


class RequestLog:
    """JSON lines as `configure_logs` makes them, many in one write. Silent until it is opened.

    A process that is killed loses those of 50 ms; one that ends flushes.
    """

    def __init__(self) -> None:
        self._service: str | None = None
        self._notes: list[Note] = []

    def open(self, level: int, service: str) -> None:
        self._service = service if level <= logging.INFO else None

    def write(
        self,
        method: str,
        route: str,
        status: int,
        elapsed_s: float,
        request_id: str,
        count: Count | None = None,
    ) -> None:
        """`count` takes it into the metrics of its service."""
        self._notes.append((method, route, status, elapsed_s, request_id, time(), count))
        if len(self._notes) == 1:
            asyncio.get_running_loop().call_later(WRITTEN_AFTER_S, self.flush)
        elif len(self._notes) >= NOTES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        notes, self._notes = self._notes, []
        for method, route, status, elapsed_s, _, _, count in notes:
            if count is not None:
                count(method, route, status, elapsed_s)
        if notes and self._service is not None:
            sys.stdout.buffer.write(b"".join([_line(note, self._service) for note in notes]))
            sys.stdout.buffer.flush()


def _line(note: Note, service: str) -> bytes:
    method, route, status, elapsed_s, request_id, at, _ = note
    line = {
        "method": method,
        "route": route,
        "status": status,
        "ms": round(elapsed_s * 1000, 2),
        "request_id": request_id,
        "event": "request",
        "service": service,
        "level": "info",
        "timestamp": datetime.fromtimestamp(at, UTC),
    }
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


request_log = RequestLog()


class Observer:
    """What is kept of a service's requests."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._kept: dict[tuple[str, str, int], tuple[Histogram, Counter]] = {}

    def __call__(self, method: str, route: str, status: int, elapsed_s: float, request_id: str) -> None:
        request_log.write(method, route, status, elapsed_s, request_id, self._count)

    def _count(self, method: str, route: str, status: int, elapsed_s: float) -> None:
        kept = self._kept.get((method, route, status))
        if kept is None:
            kept = self._kept[method, route, status] = (
                REQUEST_SECONDS.labels(self._service, method, route),
                RESPONSES.labels(self._service, method, route, status),
            )
        seconds, responses = kept
        seconds.observe(elapsed_s)
        responses.inc()
