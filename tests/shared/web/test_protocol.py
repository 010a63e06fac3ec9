import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.gateway.serving import lifespan, serving

PLAIN: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
STREAMED: Message = {"type": "http.response.start", "status": 200, "headers": []}


class Script:
    """An app that sends the given messages and then, if `held`, waits before it ends."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.held = asyncio.Event()
        self.held.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await lifespan(receive, send)
        for message in self.messages:
            await send(dict(message))
        await self.held.wait()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def port(script: Script) -> AsyncIterator[int]:
    async with serving(script) as url:
        yield int(url.rpartition(":")[2])


def body(content: bytes, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}


async def ask(port: int, request: bytes = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n") -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (b"nonsense\r\n\r\n", b"400", "malformed_request"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414", "url_too_long"),
    ],
)
async def test_what_is_no_request_is_refused_with_a_problem(
    port: int, request_bytes: bytes, status: bytes, code: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    writer.write(request_bytes)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")

    writer.close()
    assert head.startswith(b"HTTP/1.1 " + status)
    assert b"content-type: application/problem+json" in head
    assert json.loads(body)["code"] == code


async def test_whoever_sends_thai_letters_raw_is_told_to_encode_them(port: int) -> None:
    answer = await ask(port, "GET /v1/contacts?q=สมชาย HTTP/1.1\r\nhost: x\r\n\r\n".encode())

    head, _, content = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert "Percent-encode" in json.loads(content)["detail"]


KEPT = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


async def test_an_answer_of_known_length_arrives_whole_and_the_connection_stays(port: int, script: Script) -> None:
    script.messages = [PLAIN, body(b"hi")]

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    for _ in range(2):
        writer.write(KEPT)
        answers.append(await reader.readuntil(b"hi"))
    writer.close()

    for answer in answers:
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert answer.endswith(b"\r\ncontent-length: 2\r\n\r\nhi")
        assert answer.count(b"\r\ndate: ") == 1


async def test_pieces_of_an_answer_of_known_length_arrive_in_order(port: int, script: Script) -> None:
    script.messages = [PLAIN, body(b"h", more=True), body(b"i", more=True), body(b"")]

    answer = await ask(port)

    assert answer.partition(b"\r\n\r\n")[2] == b"hi"
    assert b"connection: close" in answer


async def test_the_head_of_a_stream_does_not_wait_for_its_body(port: int, script: Script) -> None:
    script.messages = [STREAMED]
    script.held.clear()

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(KEPT)
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
    script.held.set()
    rest = await reader.read()
    writer.close()

    assert b"transfer-encoding: chunked" in head
    assert not rest.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\0b"])
async def test_a_header_cannot_break_out_of_its_line(port: int, script: Script, value: bytes) -> None:
    script.messages = [{**PLAIN, "headers": [*PLAIN["headers"], (b"location", value)]}, body(b"hi")]

    answer = await ask(port, KEPT)

    assert value not in answer


async def test_an_answer_of_two_lengths_ends_its_connection(port: int, script: Script) -> None:
    script.messages = [{**PLAIN, "headers": [(b"content-length", b"9"), *PLAIN["headers"]]}, body(b"hi")]

    answer = await asyncio.wait_for(ask(port, KEPT), 20)

    assert answer.count(b"content-length") == 2


@pytest.mark.parametrize("content", [b"", b"h", b"too long"])
async def test_a_body_of_another_length_than_announced_breaks_the_connection(
    port: int, script: Script, content: bytes
) -> None:
    script.messages = [PLAIN, body(content)]

    answer = await asyncio.wait_for(ask(port, KEPT), 20)

    assert len(answer.partition(b"\r\n\r\n")[2]) < 2


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (b"", b"127.0.0.1 http"),
        (b"x-forwarded-for: 203.0.113.7\r\n", b"203.0.113.7 http"),
        (b"x-forwarded-proto: https\r\n", b"127.0.0.1 https"),
    ],
)
async def test_a_proxy_on_this_machine_tells_the_clients_address(headers: bytes, told: bytes) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await lifespan(receive, send)
        await send(STREAMED)
        await send(body(f"{scope['client'][0]} {scope['scheme']}".encode()))

    async with serving(app) as url:
        answer = await ask(
            int(url.rpartition(":")[2]), b"GET / HTTP/1.1\r\nhost: x\r\n%bconnection: close\r\n\r\n" % headers
        )

    assert told in answer


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/a/b?c=d&e=?", b"/a/b", b"c=d&e=?"),
        (b"/a%20b%E0%B8%81", "/a bก".encode(), b""),
        (b"http://other/a?b", b"/a", b"b"),
        (b"/a?", b"/a", b""),
        (b"/a#b?c", b"/a", b""),
    ],
)
async def test_a_target_is_its_path_and_its_query(target: bytes, path: bytes, query: bytes) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await lifespan(receive, send)
        await send(STREAMED)
        await send(body(b"<%b|%b>" % (scope["path"].encode(), scope["query_string"])))

    async with serving(app) as url:
        answer = await ask(
            int(url.rpartition(":")[2]), b"GET %b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n" % target
        )

    assert b"<%b|%b>" % (path, query) in answer
