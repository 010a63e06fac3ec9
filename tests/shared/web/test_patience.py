"""Slow, endless and too many requests, on a server with less patience than real ones."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import uvicorn
from fastapi import FastAPI, Request

from shared.web.patience import MAX_PIPELINED, PatientProtocol

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Impatient(PatientProtocol):
    head_s = 0.4
    window_s = 0.4
    max_connections = 5


def _app() -> FastAPI:
    app = FastAPI()

    @app.post("/size")
    async def size(request: Request) -> int:
        return len(await request.body())

    @app.get("/headers")
    async def headers(request: Request) -> dict[str, str]:
        return dict(request.headers)

    @app.post("/nap")
    async def nap(request: Request) -> int:
        await asyncio.sleep(1)
        return len(await request.body())

    return app


IDLE_S = 1


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(
        _app(), host="127.0.0.1", port=0, http=Impatient, ws="none", log_config=None, timeout_keep_alive=IDLE_S
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def opened(port: int) -> Streams:
    return await asyncio.open_connection("127.0.0.1", port)


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The one answer before the connection ends; 0 if none came, or a reset overtook it."""
    try:
        async with asyncio.timeout(20):
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    except ConnectionResetError:
        return 0, b""
    return int(head.split(b" ")[1]) if head else 0, body


async def dribble(writer: asyncio.StreamWriter, data: bytes, every_s: float = 0.05) -> None:
    for byte in data:
        if writer.is_closing():
            return
        writer.write(bytes([byte]))
        await asyncio.sleep(every_s)


@pytest.mark.parametrize("start", [b"", b"POST /size HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n"])
async def test_who_sends_byte_by_byte_is_refused(port: int, start: bytes) -> None:
    reader, writer = await opened(port)
    writer.write(start)
    dribbling = asyncio.create_task(dribble(writer, b"GET /headers HTTP/1.1\r\nx: " + b"a" * 200))

    status, body = await answer(reader)

    dribbling.cancel()
    writer.close()
    assert (status, json.loads(body)["code"]) == (408, "request_too_slow")


async def test_who_says_nothing_is_let_go(port: int) -> None:
    reader, writer = await opened(port)

    status, _ = await answer(reader)

    writer.close()
    assert status == 0


async def test_a_slow_second_request_is_refused_like_a_first(port: int) -> None:
    reader, writer = await opened(port)
    writer.write(b"GET /headers HTTP/1.1\r\nhost: x\r\n\r\n")
    await reader.readuntil(b"}")
    writer.write(b"GET /head")

    status, _ = await answer(reader)

    writer.close()
    assert status == 408


async def test_a_steady_body_may_take_its_time(port: int) -> None:
    reader, writer = await opened(port)
    writer.write(b"POST /size HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 120000\r\n\r\n")

    for _ in range(12):
        writer.write(b"a" * 10_000)
        await asyncio.sleep(0.1)
    status, body = await answer(reader)

    writer.close()
    assert (status, body) == (200, b"120000")


async def test_a_body_that_we_do_not_read_yet_is_not_late(port: int) -> None:
    reader, writer = await opened(port)
    writer.write(b"POST /nap HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1000000\r\n\r\n")
    writer.write(b"a" * 1_000_000)

    status, body = await answer(reader)

    writer.close()
    assert (status, body) == (200, b"1000000")


@pytest.mark.parametrize("kind", [b"one header", b"many headers", b"url", b"trailers"])
async def test_an_endless_head_is_cut_off(port: int, kind: bytes) -> None:
    reader, writer = await opened(port)
    start = {
        b"one header": b"GET / HTTP/1.1\r\nx: ",
        b"many headers": b"GET / HTTP/1.1\r\n",
        b"url": b"GET /",
        b"trailers": b"POST /size HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n",
    }[kind]
    more = b"x: y\r\n" * 10_000 if kind in (b"many headers", b"trailers") else b"a" * 60_000

    writer.write(start)
    for _ in range(10):
        writer.write(more)
    status, _ = await answer(reader)

    writer.close()
    assert status in ((0, 414) if kind == b"url" else (0, 400, 431))


async def test_what_comes_after_the_body_is_no_header(port: int) -> None:
    reader, writer = await opened(port)
    writer.write(b"POST /size HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n")

    writer.write(b"1\r\na\r\n0\r\nauthorization: Bearer stolen\r\n\r\n")
    status, body = await answer(reader)

    writer.close()
    assert (status, body) == (200, b"1")


async def test_a_flood_of_requests_before_the_first_answer_is_cut_off(port: int) -> None:
    reader, writer = await opened(port)

    writer.write(b"GET /headers HTTP/1.1\r\nhost: x\r\n\r\n" * (MAX_PIPELINED * 4))
    async with asyncio.timeout(20):
        told = await reader.read()

    writer.close()
    assert told.count(b"HTTP/1.1 200") <= MAX_PIPELINED


async def test_a_new_connection_takes_the_place_of_the_one_that_waited_longest(port: int) -> None:
    waiting = [await opened(port) for _ in range(Impatient.max_connections)]
    await asyncio.sleep(0.05)

    reader, writer = await opened(port)
    writer.write(b"GET /headers HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    status, _ = await answer(reader)
    refused, body = await answer(waiting[0][0])

    for each in (writer, *(streams[1] for streams in waiting)):
        each.close()
    assert status == 200
    assert (refused, json.loads(body)["code"]) == (503, "too_many_connections")


async def test_a_connection_may_idle_for_a_while_after_each_answer(port: int) -> None:
    loop = asyncio.get_running_loop()
    reader, writer = await opened(port)

    for _ in range(3):
        writer.write(b"GET /headers HTTP/1.1\r\nhost: x\r\n\r\n")
        await reader.readuntil(b"}")
        answered_at = loop.time()
        await asyncio.sleep(IDLE_S * 0.45)
    rest = await reader.read()

    writer.close()
    assert rest == b""
    assert IDLE_S * 0.9 <= loop.time() - answered_at < IDLE_S * 3


async def test_who_answers_late_is_not_taken_for_idle(port: int) -> None:
    reader, writer = await opened(port)
    writer.write(b"GET /headers HTTP/1.1\r\nhost: x\r\n\r\n")
    await reader.readuntil(b"}")
    await asyncio.sleep(IDLE_S * 0.5)

    writer.write(b"POST /nap HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    status, _ = await answer(reader)

    writer.close()
    assert status == 200
