"""Connections to services: kept, bounded, and given up when they are dead."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.forwarding.upstream import request_head
from gateway.settings import Settings
from shared.web.protocol import MalformedRequest
from tests.faults.proxy import CALM, HALF_OPEN, Proxy
from tests.gateway.conftest import Tenant, gateway_with
from tests.gateway.raw import OK, Line, always, raw_service


async def test_a_connection_is_used_again(settings: Settings, tenant: Tenant) -> None:
    async with raw_service(always(OK)) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        for _ in range(5):
            await client.get("/v1/contacts", headers=tenant.key_header)

    assert [len(line.heads) for line in raw.lines] == [5]


async def test_a_connection_that_the_service_closed_meanwhile_costs_no_request(
    settings: Settings, tenant: Tenant
) -> None:
    async def talk(line: Line) -> None:
        await line.request()
        await line.say(OK)

    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        answers = []
        for _ in range(10):
            answers.append(await client.post("/v1/contacts", json={}, headers=tenant.key_header))
            await asyncio.sleep(0.01)

    assert [answer.status_code for answer in answers] == [200] * 10
    assert len(raw.lines) == 10


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [("GET", {}, 200), ("POST", {"Idempotency-Key": "k"}, 200), ("POST", {}, 503)],
)
async def test_a_request_that_met_a_closing_connection_is_sent_again_if_it_may_be(
    settings: Settings, tenant: Tenant, method: str, headers: dict[str, str], status: int
) -> None:
    async def talk(line: Line) -> None:
        await line.request()
        await line.say(OK)
        await line.request()

    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        await client.get("/v1/contacts", headers=tenant.key_header)
        answer = await client.request(method, "/v1/contacts", headers={**tenant.key_header, **headers})

    assert answer.status_code == status
    assert [len(line.heads) for line in raw.lines] == ([2, 1] if status == 200 else [2])


async def test_connections_are_bounded_and_requests_wait_their_turn(settings: Settings, tenant: Tenant) -> None:
    at_once = most = 0

    async def talk(line: Line) -> None:
        nonlocal at_once, most
        while True:
            await line.request()
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.01)
            at_once -= 1
            await line.say(OK)

    changes = {"upstream_connections": 2}
    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url, **changes) as client:
        requests = [client.get("/v1/contacts", headers=tenant.key_header) for _ in range(12)]
        answers = await asyncio.gather(*requests)

    assert [answer.status_code for answer in answers] == [200] * 12
    assert (most, len(raw.lines)) == (2, 2)


async def test_the_queue_for_connections_is_bounded_and_a_rush_is_not_held_against_the_service(
    settings: Settings, tenant: Tenant
) -> None:
    go_on = asyncio.Event()

    async def talk(line: Line) -> None:
        while True:
            await line.request()
            await go_on.wait()
            await line.say(OK)

    changes = {"upstream_connections": 1}
    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url, **changes) as client:
        await client.get("/v1/contacts", headers={**tenant.key_header, "X-Deadline-Ms": "1"})
        requests = [
            asyncio.create_task(client.post("/v1/contacts", headers=tenant.key_header)) for _ in range(1 + 10 + 40)
        ]
        refused = [(await first).status_code for first in islice(asyncio.as_completed(requests), 40)]
        go_on.set()
        answers = await asyncio.gather(*requests)
        after = await client.post("/v1/contacts", headers=tenant.key_header)

    assert refused == [503] * 40
    assert sorted(answer.status_code for answer in answers) == [200] * 11 + [503] * 40
    assert after.status_code == 200
    assert raw.lines


async def test_requests_that_gave_up_waiting_leave_their_turn_to_others(settings: Settings, tenant: Tenant) -> None:
    async def talk(line: Line) -> None:
        while True:
            await line.request()
            await asyncio.sleep(0.1)
            await line.say(OK)

    changes = {"upstream_connections": 1}
    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url, **changes) as client:
        impatient = {**tenant.key_header, "X-Deadline-Ms": "50"}
        requests = [
            client.get("/v1/contacts", headers=impatient if number % 2 else tenant.key_header) for number in range(8)
        ]
        answers = await asyncio.gather(*requests)

    assert [answer.status_code for answer in answers] == [200, 504] * 4
    assert raw.lines


async def test_connections_that_fell_silent_are_given_up_together(settings: Settings, tenant: Tenant) -> None:
    async with raw_service(always(OK)) as raw:
        address = urlsplit(raw.url)
        assert address.hostname is not None
        assert address.port is not None
        async with Proxy(address.hostname, address.port) as proxy:
            url = f"http://127.0.0.1:{proxy.port}"
            async with gateway_with(settings, contacts_url=url) as client:
                await asyncio.gather(*(_get(client, tenant, 5000) for _ in range(4)))
                proxy.weather = HALF_OPEN
                silent = await _get(client, tenant, 1200)
                proxy.weather = CALM
                after = [await _get(client, tenant, 1000) for _ in range(4)]

    assert silent.status_code == 504
    assert [answer.status_code for answer in after] == [200] * 4


async def test_a_service_may_answer_before_it_has_the_whole_upload(settings: Settings, tenant: Tenant) -> None:
    async def talk(line: Line) -> None:
        await line.request()
        await line.say(b"HTTP/1.1 422 No\r\ncontent-length: 2\r\n\r\n{}" if line.number == 1 else OK)
        await line.reader.read()

    async with raw_service(talk) as raw, gateway_with(settings, contacts_url=raw.url) as client:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        head = f"POST /v1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {tenant.api_key}\r\n"
        writer.write(f"{head}Content-Type: text/csv\r\nContent-Length: 9000000\r\n\r\n".encode() + b"x" * 1000)
        answer = await asyncio.wait_for(reader.readuntil(b"{}"), 20)
        writer.close()
        again = await client.get("/v1/contacts", headers=tenant.key_header)

    assert answer.startswith(b"HTTP/1.1 422 ")
    assert again.status_code == 200
    assert len(raw.lines) == 2


async def _get(client: httpx.AsyncClient, tenant: Tenant, deadline_ms: int) -> httpx.Response:
    return await client.get("/v1/contacts", headers={**tenant.key_header, "X-Deadline-Ms": str(deadline_ms)})


async def test_a_service_may_be_reached_over_tls(
    settings: Settings, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed("localhost", tmp_path)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)

    async with raw_service(always(OK), ssl=server_side) as raw:
        url = raw.url.replace("http://127.0.0.1", "https://localhost")
        async with gateway_with(settings, contacts_url=url) as client:
            unknown = await client.post("/v1/contacts", headers=tenant.key_header)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with gateway_with(settings, contacts_url=url) as client:
            known = await client.post("/v1/contacts", headers=tenant.key_header)

    assert (unknown.status_code, known.status_code) == (503, 200)


@pytest.mark.parametrize(
    ("raw_path", "header"), [(b"/v1/a b", b""), (b"/v1/a\r\nx: y", b""), (b"/v1/a", b"y\r\nz: z"), (b"/v1/a", b"y\0")]
)
def test_nothing_can_break_out_of_its_line_in_a_request(raw_path: bytes, header: bytes) -> None:
    scope = {"method": "GET", "raw_path": raw_path, "query_string": b"", "headers": [(b"x", header)]}

    with pytest.raises(MalformedRequest):
        request_head(scope, b"", b"localhost")


def self_signed(host: str, folder: Path) -> Path:
    """A certificate and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(made.public_bytes(Encoding.PEM) + private)
    return file
