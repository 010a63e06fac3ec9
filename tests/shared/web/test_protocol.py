import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import uvicorn
from fastapi import FastAPI

from shared.web.protocol import ProblemProtocol


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(FastAPI(), host="127.0.0.1", port=0, http=ProblemProtocol, log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


@pytest.mark.parametrize("request_bytes", [b"nonsense\r\n\r\n", b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n"])
async def test_what_is_not_http_is_refused_with_a_problem(port: int, request_bytes: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    writer.write(request_bytes)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")

    writer.close()
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    assert json.loads(body)["code"] == "malformed_request"
