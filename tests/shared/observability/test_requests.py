import asyncio
import logging
from datetime import datetime

import orjson
import pytest

from shared.observability.requests import NOTES_AT_ONCE, WRITTEN_AFTER_S, RequestLog


async def test_each_request_is_a_line_soon_after(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    log = RequestLog()
    log.open(logging.INFO, "contacts")

    log.write("GET", "/v1/contacts", 200, 0.00125, "first")
    log.write("POST", "/v1/contacts", 409, 0.5, "second")
    await asyncio.sleep(WRITTEN_AFTER_S * 2)

    first, second = [orjson.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert datetime.fromisoformat(first.pop("timestamp")).tzinfo is not None
    assert first == {
        "method": "GET",
        "route": "/v1/contacts",
        "status": 200,
        "ms": 1.25,
        "request_id": "first",
        "event": "request",
        "service": "contacts",
        "level": "info",
    }
    assert (second["status"], second["request_id"]) == (409, "second")


async def test_many_lines_do_not_wait(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    log = RequestLog()
    log.open(logging.INFO, "contacts")

    for number in range(NOTES_AT_ONCE):
        log.write("GET", "none", 200, 0.001, str(number))

    assert len(capfdbinary.readouterr().out.splitlines()) == NOTES_AT_ONCE


async def test_a_level_above_info_keeps_quiet(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    log = RequestLog()
    log.open(logging.WARNING, "contacts")

    log.write("GET", "none", 200, 0.001, "1")
    log.flush()

    assert capfdbinary.readouterr().out == b""
