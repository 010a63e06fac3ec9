"""What services may send, and what of it reaches the client."""

import asyncio
from contextlib import suppress

import httpx
import pytest

from gateway.settings import Settings
from shared.ids import new_id
from tests.gateway.conftest import Tenant, gateway_with
from tests.gateway.raw import OK, Line, always, raw_service
from tests.gateway.serving import Reply, Seen, Service, json_reply

MIB = 1024 * 1024
GET = "GET /v1/contacts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nx-late: 1\r\n\r\n", b"abc"),
        (b"HTTP/1.1 103 Early\r\nlink: <x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", b"abc"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 3\r\nConnection: close\r\n\r\nabc", b"abc"),
    ],
    ids=["chunks and trailer", "interim", "empty", "last of its connection"],
)
async def test_each_framing_of_http_is_understood(
    settings: Settings, tenant: Tenant, sent: bytes, expected: bytes
) -> None:
    async with raw_service(always(sent)) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        answers = [await client.get("/v1/contacts", headers=tenant.key_header) for _ in range(3)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(200, expected)] * 3
    assert not {"link", "x-late"} & {name for answer in answers for name in answer.headers}
    assert len(raw.lines) == (3 if b"close" in sent else 1)


async def test_an_answer_may_end_with_its_connection(settings: Settings, tenant: Tenant) -> None:
    async def talk(line: Line) -> None:
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\n\r\nab")
        await asyncio.sleep(0.02)
        await line.say(b"c")

    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        answers = [await client.get("/v1/contacts", headers=tenant.key_header) for _ in range(2)]

    assert [answer.content for answer in answers] == [b"abc"] * 2


@pytest.mark.parametrize("status", [204, 304])
async def test_answers_without_a_body_may_tell_its_length(settings: Settings, tenant: Tenant, status: int) -> None:
    length = b"content-length: 20\r\n" if status == 304 else b""
    sent = b'HTTP/1.1 %d X\r\n%betag: "7"\r\n\r\n' % (status, length)
    async with raw_service(always(sent)) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        answers = [await client.get("/v1/contacts", headers=tenant.key_header) for _ in range(2)]

    assert [(answer.status_code, answer.headers["etag"]) for answer in answers] == [(status, '"7"')] * 2
    assert len(raw.lines) == 1


async def test_a_stream_is_passed_on_as_it_comes(settings: Settings, tenant: Tenant) -> None:
    arrived = asyncio.Event()

    async def talk(line: Line) -> None:
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await arrived.wait()
        await line.say(b"4\r\nlast\r\n0\r\n\r\n")

    async with (
        raw_service(talk) as raw,
        gateway_with(settings, contacts_url=raw.url) as client,
        client.stream("GET", "/v1/contacts", headers=tenant.key_header) as answer,
    ):
        pieces = []
        async for piece in answer.aiter_bytes():
            pieces.append(piece)
            arrived.set()

    assert pieces == [b"first", b"last"]


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nx-padding: " + b"x" * 70_000 + b"\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x-padding: x\r\n" * 10_000,
        b"HTTP/1.1 103 Early\r\n\r\n" * 5000,
        b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\nab",
        b"hello\r\n\r\n",
    ],
    ids=["huge header", "endless head", "endless interim", "other protocol", "two lengths", "both", "no number", "no"],
)
async def test_what_is_not_a_valid_answer_is_a_502(settings: Settings, tenant: Tenant, sent: bytes) -> None:
    async with raw_service(always(sent)) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        answer = await client.post("/v1/contacts", json={}, headers=tenant.key_header)

    assert (answer.status_code, answer.json()["code"]) == (502, "bad_gateway")


async def test_what_follows_an_answer_is_not_taken_for_the_next(settings: Settings, tenant: Tenant) -> None:
    second = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged"

    async with raw_service(always(OK + second)) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        answers = [await client.get("/v1/contacts", headers=tenant.key_header) for _ in range(3)]

    assert [answer.content for answer in answers] == [b"{}"] * 3
    assert len(raw.lines) == 3


async def test_what_comes_while_nothing_was_asked_is_not_taken_for_an_answer(
    settings: Settings, tenant: Tenant
) -> None:
    async def talk(line: Line) -> None:
        await line.request()
        await line.say(OK)
        await asyncio.sleep(0.02)
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged")
        await line.request()

    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        answers = []
        for _ in range(2):
            answers.append(await client.get("/v1/contacts", headers=tenant.key_header))
            await asyncio.sleep(0.05)

    assert [answer.content for answer in answers] == [b"{}"] * 2
    assert len(raw.lines) == 2


@pytest.mark.parametrize(
    "head",
    [b"content-length: 900000", b"content-length: 400000\r\ncontent-type: text/csv", b"transfer-encoding: chunked"],
)
async def test_an_answer_that_breaks_off_is_broken_for_the_client(
    settings: Settings, tenant: Tenant, head: bytes
) -> None:
    async def talk(line: Line) -> None:
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
        await line.say(b"493e0\r\n" + b"x" * 300_000 + b"\r\n")

    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/v1/contacts", headers=tenant.key_header)

    assert len(raw.lines) == 1


@pytest.mark.parametrize(("length", "coding"), [(2000, "identity"), (2000, "gzip"), (900_000, "gzip")])
async def test_an_answer_that_breaks_off_before_any_of_it_was_passed_on_is_a_503(
    settings: Settings, tenant: Tenant, length: int, coding: str
) -> None:
    async def talk(line: Line) -> None:
        await line.request()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        await line.say(head % length + b"x" * 1000)

    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        headers = {**tenant.key_header, "Accept-Encoding": coding}
        answer = await client.post("/v1/contacts", json={}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (503, "upstream_unavailable")
    assert len(raw.lines) == 1


async def test_an_answer_that_is_not_done_by_the_deadline_is_broken_and_its_connection_not_used_again(
    settings: Settings, tenant: Tenant
) -> None:
    async def talk(line: Line) -> None:
        await line.request()
        if line.number > 1:
            return await line.say(OK)
        await line.say(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n")
        await line.request()

    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/v1/contacts", headers={**tenant.key_header, "X-Deadline-Ms": "1000"})
        answer = await client.get("/v1/contacts", headers=tenant.key_header)

    assert answer.content == b"{}"
    assert [len(line.heads) for line in raw.lines] == [1, 1]


async def test_a_client_that_leaves_ends_the_stream_of_its_answer(settings: Settings, tenant: Tenant) -> None:
    async def talk(line: Line) -> None:
        await line.request()
        if line.number > 1:
            return await line.say(OK)
        await line.say(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n")
        await line.reader.read()

    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        async with client.stream("GET", "/v1/contacts", headers=tenant.key_header):
            pass
        await asyncio.wait_for(raw.lines[0].ended.wait(), 20)
        answer = await client.get("/v1/contacts", headers=tenant.key_header)

    assert answer.content == b"{}"


async def test_a_slow_client_slows_the_service_down(settings: Settings, tenant: Tenant) -> None:
    sent = 0

    async def talk(line: Line) -> None:
        nonlocal sent
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (100 * MIB))
        for _ in range(100):
            await line.say(b"x" * MIB)
            sent += MIB

    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(GET.format(tenant.api_key).encode())
        await reader.readuntil(b"\r\n\r\n")
        while_it_waited = -1
        while while_it_waited != sent:
            while_it_waited = sent
            await asyncio.sleep(0.3)
        received = 0
        with suppress(asyncio.IncompleteReadError):
            while received < 100 * MIB:
                received += len(await reader.readexactly(MIB))
        writer.close()

    assert while_it_waited < 30 * MIB  # what the kernel's four socket buffers hold, and a little of ours
    assert received == sent == 100 * MIB


async def test_a_part_of_an_overview_may_come_in_pieces(
    settings: Settings, tenant: Tenant, services: dict[str, Service]
) -> None:
    async def nothing_open(_: Seen) -> Reply:
        return json_reply({"data": []})

    async def talk(line: Line) -> None:
        await line.request()
        await line.say(b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n')
        await asyncio.sleep(0.05)
        await line.say(b"2\r\n1}\r\n0\r\n\r\n")

    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        services["interactions"].answer = nothing_open
        answer = await client.get(f"/v1/contacts/{new_id()}/overview", headers=tenant.key_header)

    assert answer.status_code == 200, answer.text
    assert answer.json()["contact"] == {"a": 1}
