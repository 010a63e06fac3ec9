"""Services that are late, away or in trouble."""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from gateway.app import create_app
from gateway.forwarding.breaker import Breaker, RetryBudget
from gateway.settings import Settings
from tests.faults.proxy import CALM, HALF_OPEN, Proxy
from tests.gateway.conftest import Tenant, gateway_with
from tests.gateway.serving import Answer, Reply, Seen, Service, json_reply, serving

NOWHERE = "http://127.0.0.1:1"


def after(delay_s: float) -> Answer:
    async def answer(_: Seen) -> Reply:
        await asyncio.sleep(delay_s)
        return Reply()

    return answer


def failing(times: int, status: int = 503) -> Answer:
    left = times

    async def answer(_: Seen) -> Reply:
        nonlocal left
        left -= 1
        return json_reply({"code": "unavailable"}, status) if left >= 0 else Reply()

    return answer


async def test_the_deadline_travels_on_and_shrinks(admin: httpx.AsyncClient, services: dict[str, Service]) -> None:
    for asked in (None, "1500", "99999", "soon", "0"):
        await admin.get("/v1/contacts", headers={} if asked is None else {"X-Deadline-Ms": asked})

    told = [int(seen.headers["x-deadline-ms"]) for seen in services["contacts"].seen]
    for given, expected in zip(told, (5000, 1500, 30_000, 5000, 5000), strict=True):
        assert expected - 500 < given <= expected


async def test_a_late_service_is_a_504(admin: httpx.AsyncClient, services: dict[str, Service]) -> None:
    services["contacts"].answer = after(60)
    started = time.monotonic()

    response = await admin.get("/v1/contacts", headers={"X-Deadline-Ms": "100"})

    assert (response.status_code, response.json()["code"]) == (504, "timeout")
    assert response.json()["retryable"] is True
    assert "retry-after" in response.headers
    assert time.monotonic() - started < 30


async def test_a_service_that_is_away_is_a_503(settings: Settings, tenant: Tenant) -> None:
    async with gateway_with(settings, contacts_url=NOWHERE) as client:
        away = await client.get("/v1/contacts", headers=tenant.key_header)
        other = await client.get("/v1/interactions", headers=tenant.key_header)

    assert (away.status_code, away.json()["code"]) == (503, "upstream_unavailable")
    assert away.json()["retryable"] is True
    assert int(away.headers["retry-after"]) >= 1
    assert away.headers["content-type"] == "application/problem+json"
    assert other.status_code == 200


async def test_one_failure_of_a_repeatable_request_is_hidden(
    admin: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    calls: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (admin.get, {}),
        (admin.put, {"json": {"a": 1}}),
        (admin.delete, {}),
        (admin.post, {"json": {"a": 1}, "headers": {"Idempotency-Key": "k"}}),
    ]
    for call, options in calls:
        services["contacts"].reset()
        services["contacts"].answer = failing(1)

        response = await call("/v1/contacts/1", **options)

        assert response.status_code == 200
        first, second = services["contacts"].seen
        assert first.body == second.body


async def test_other_requests_are_never_sent_twice(admin: httpx.AsyncClient, services: dict[str, Service]) -> None:
    services["contacts"].answer = failing(10)

    plain = await admin.post("/v1/contacts", json={})
    patch = await admin.patch("/v1/contacts/1", json={})
    guarded = await admin.put("/v1/contacts/1", json={}, headers={"If-Match": '"1"'})
    only_new = await admin.put("/v1/contacts/1", json={}, headers={"If-None-Match": "*"})
    upload = await admin.post(
        "/v1/imports", content=b"a,b", headers={"Content-Type": "text/csv", "Idempotency-Key": "k"}
    )

    assert [each.status_code for each in (plain, patch, guarded, only_new, upload)] == [503] * 5
    assert len(services["contacts"].seen) == 5


async def test_a_second_failure_is_the_answer(admin: httpx.AsyncClient, services: dict[str, Service]) -> None:
    services["interactions"].answer = failing(10)

    response = await admin.get("/v1/interactions")

    assert response.status_code == 503
    assert len(services["interactions"].seen) == 2


async def test_the_breaker_spares_a_failing_service_and_no_other(
    settings: Settings, tenant: Tenant, services: dict[str, Service]
) -> None:
    services["contacts"].answer = failing(1000, 500 + 3)
    async with gateway_with(settings) as client:
        for _ in range(25):
            await client.post("/v1/contacts", json={}, headers=tenant.key_header)
        spared = await client.post("/v1/contacts", json={}, headers=tenant.key_header)
        other = await client.get("/v1/interactions", headers=tenant.key_header)

    assert (spared.status_code, spared.json()["code"]) == (503, "upstream_unavailable")
    assert 1 <= int(spared.headers["retry-after"]) <= 5
    assert len(services["contacts"].seen) == 20
    assert other.status_code == 200


async def test_refusals_and_impatient_clients_do_not_open_the_breaker(
    settings: Settings, tenant: Tenant, services: dict[str, Service]
) -> None:
    async def refuse(_: Seen) -> Reply:
        return json_reply({}, 422)

    async with gateway_with(settings) as client:
        services["contacts"].answer = refuse
        for _ in range(25):
            await client.get("/v1/contacts", headers=tenant.key_header)
        services["contacts"].answer = after(0.05)
        for _ in range(25):
            await client.get("/v1/contacts", headers={**tenant.key_header, "X-Deadline-Ms": "5"})
        response = await client.get("/v1/contacts", headers=tenant.key_header)

    assert response.status_code == 200


async def test_clients_that_leave_during_an_upload_do_not_open_the_breaker(
    settings: Settings, tenant: Tenant, services: dict[str, Service]
) -> None:
    headers = f"Host: x\r\nAuthorization: Bearer {tenant.api_key}\r\nContent-Length: 9000000\r\n\r\n"
    head = f"POST /v1/imports HTTP/1.1\r\n{headers}"
    async with gateway_with(settings) as client:
        for _ in range(25):
            _, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
            writer.write(head.encode() + b"x" * 100_000)
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.close()
            await writer.wait_closed()
        response = await client.get("/v1/contacts", headers=tenant.key_header)

    assert response.status_code == 200
    assert [seen.path for seen in services["contacts"].seen] == ["/v1/contacts"]


async def test_a_service_may_drop_the_connection(settings: Settings, tenant: Tenant) -> None:
    async def drop(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(drop, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, gateway_with(settings, contacts_url=url) as client:
        response = await client.get("/v1/contacts", headers=tenant.key_header)

    assert (response.status_code, response.json()["code"]) == (503, "upstream_unavailable")


async def test_a_service_that_does_not_speak_http_is_a_502(settings: Settings, tenant: Tenant) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"hello\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, gateway_with(settings, contacts_url=url) as client:
        response = await client.get("/v1/contacts", headers=tenant.key_header)

    assert (response.status_code, response.json()["code"]) == (502, "bad_gateway")


async def test_services_may_live_in_the_gateways_process(
    settings: Settings, tenant: Tenant, services: dict[str, Service]
) -> None:

    app = create_app(settings, services=services)
    async with serving(app) as url, httpx.AsyncClient(base_url=url, headers=tenant.key_header) as client:
        got = await client.get("/v1/contacts?a=b")
        posted = await client.post("/v1/contacts", json={"name": "สมชาย"}, headers={"Idempotency-Key": "k"})
        services["contacts"].answer = after(1)
        late = await client.get("/v1/contacts", headers={"X-Deadline-Ms": "50"})

    assert [got.status_code, posted.status_code, late.status_code] == [200, 200, 504]
    assert services["contacts"].seen[1].body == '{"name":"สมชาย"}'.encode()
    assert services["contacts"].seen[0].query == "a=b"


def test_a_breaker_opens_probes_and_closes() -> None:
    now = 100.0
    breaker = Breaker(lambda: now)
    for number in range(20):
        breaker.record(failed=number % 2 == 0)
    assert breaker.retry_after_s() is None
    breaker.record(failed=True)
    assert breaker.retry_after_s() == 5.0

    now += 5
    assert breaker.retry_after_s() is None
    assert breaker.retry_after_s() is not None
    breaker.record(failed=True)
    assert breaker.retry_after_s() == 5.0

    now += 5
    assert breaker.retry_after_s() is None
    breaker.record(failed=False)
    assert breaker.retry_after_s() is None


def test_failures_of_long_ago_do_not_count() -> None:
    now = 100.0
    breaker = Breaker(lambda: now)
    for _ in range(19):
        breaker.record(failed=True)
    now += 11
    for _ in range(5):
        breaker.record(failed=True)

    assert breaker.retry_after_s() is None


def test_second_attempts_are_a_fifth_of_requests_and_ten_a_second() -> None:
    now = 100.0
    budget = RetryBudget(lambda: now)

    assert [budget.withdraw() for _ in range(12)].count(True) == 10
    for _ in range(51):
        budget.deposit()
    assert [budget.withdraw() for _ in range(12)].count(True) == 10
    now += 1
    assert [budget.withdraw() for _ in range(12)].count(True) == 10


async def test_a_database_that_fell_silent_is_a_503_within_the_deadline(settings: Settings, tenant: Tenant) -> None:
    server = urlsplit(settings.database_url)
    assert server.hostname is not None
    assert server.port is not None
    async with Proxy(server.hostname, server.port) as proxy:
        distant = settings.database_url.replace(f":{server.port}/", f":{proxy.port}/")
        async with gateway_with(settings, database_url=distant, caller_cache_s=0) as client:
            await client.get("/v1/contacts", headers=tenant.key_header)
            proxy.weather = HALF_OPEN
            response = await client.get("/v1/contacts", headers=tenant.key_header, timeout=5)
            proxy.weather = CALM
            again = await client.get("/v1/contacts", headers=tenant.key_header)

    assert (response.status_code, again.status_code) == (503, 200)
