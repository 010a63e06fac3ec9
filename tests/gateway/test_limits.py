"""Sizes and rates: each limit refuses what is over it, and says so."""

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from gateway.rates import Limit, Quota
from gateway.settings import Settings
from tests.gateway.conftest import Tenant, gateway_with
from tests.gateway.serving import Reply, Seen, Service

MIB = 1024 * 1024
JSON = {"Content-Type": "application/json"}


async def chunks(size: int, piece: int = 64 * 1024) -> AsyncIterator[bytes]:
    while size > 0:
        yield b"x" * min(piece, size)
        size -= piece


async def test_a_url_over_8_kib_is_refused(admin: httpx.AsyncClient) -> None:
    fits = await admin.get("/v1/contacts?q=" + "x" * (8192 - len("/v1/contactsq=")))
    too_long = await admin.get("/v1/contacts?q=" + "x" * 8192)

    assert fits.status_code == 200
    assert (too_long.status_code, too_long.json()["code"]) == (414, "url_too_long")


async def test_headers_over_16_kib_are_refused(admin: httpx.AsyncClient) -> None:
    fits = await admin.get("/v1/contacts", headers={"X-Padding": "x" * 15_000})
    too_large = await admin.get("/v1/contacts", headers={"X-Padding": "x" * 16_384})

    assert fits.status_code == 200
    assert (too_large.status_code, too_large.json()["code"]) == (431, "headers_too_large")


@pytest.mark.parametrize(
    ("path", "limit"), [("/v1/contacts", MIB), ("/v1/contacts/batch", 5 * MIB), ("/v1/contacts/upsert", 5 * MIB)]
)
async def test_json_bodies_are_bounded_by_their_length_and_while_they_come(
    path: str, limit: int, admin: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    fits = await admin.post(path, content=b"x" * limit, headers=JSON)
    by_length = await admin.post(path, content=b"x" * (limit + 1), headers=JSON)
    while_streaming = await admin.post(path, content=chunks(limit + 1), headers=JSON)

    assert fits.status_code == 200, fits.text
    assert [(each.status_code, each.json()["code"]) for each in (by_length, while_streaming)] == [
        (413, "payload_too_large")
    ] * 2
    assert [len(seen.body) for seen in services["contacts"].seen] == [limit]


@pytest.mark.parametrize("streamed", [False, True])
async def test_uploads_stream_through_up_to_100_mb(
    streamed: bool, admin: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    size = 20 * MIB
    content = chunks(size) if streamed else b"x" * size
    fits = await admin.post("/v1/imports", content=content, headers={"Content-Type": "text/csv"})

    assert fits.status_code == 200, fits.text
    assert [len(seen.body) for seen in services["contacts"].seen] == [size]


async def test_an_upload_over_100_mb_is_refused(admin: httpx.AsyncClient, services: dict[str, Service]) -> None:
    header = {"Content-Type": "text/csv"}
    streamed = await admin.post("/v1/imports", content=chunks(100 * MIB + 1, MIB), headers=header)

    assert (streamed.status_code, streamed.json()["code"]) == (413, "payload_too_large")
    assert services["contacts"].seen == []
    assert (await admin.get("/v1/contacts")).status_code == 200


async def test_gzip_bodies_are_unpacked(admin: httpx.AsyncClient, services: dict[str, Service]) -> None:
    body = b'{"full_name": "' + bytes(range(97, 123)) * 10 + b'"}'

    response = await admin.post(
        "/v1/contacts", content=gzip.compress(body), headers={**JSON, "Content-Encoding": "gzip"}
    )

    assert response.status_code == 200, response.text
    [seen] = services["contacts"].seen
    assert seen.body == body
    assert "content-encoding" not in seen.headers


@pytest.mark.parametrize(
    ("body", "coding", "status", "code"),
    [
        (gzip.compress(b"0" * 4 * MIB), "gzip", 413, "payload_too_large"),
        (b"not gzip", "gzip", 400, "malformed_body"),
        (gzip.compress(b"cut off" * 50)[:-10], "gzip", 400, "malformed_body"),
        (b"{}", "br", 415, "unsupported_media_type"),
    ],
    ids=["bomb", "not gzip", "cut off", "unknown"],  # a gzip header holds the time: workers would name the tests apart
)
async def test_bad_codings_are_refused(
    body: bytes, coding: str, status: int, code: str, admin: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    response = await admin.post("/v1/contacts", content=body, headers={**JSON, "Content-Encoding": coding})

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers.get("accept-encoding") == ("zstd, gzip" if status == 415 else None)
    assert services["contacts"].seen == []


async def test_a_burst_over_the_quota_waits(settings: Settings, tenant: Tenant) -> None:
    async with gateway_with(settings, rate_burst=5, rate_burst_window_s=1000, rate_day=50) as client:
        answers = [await client.get("/v1/contacts", headers=tenant.key_header) for _ in range(6)]
        own = await client.get("/v1/me", headers=tenant.key_header)

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert own.status_code == 429
    assert answers[0].headers["ratelimit-policy"] == '"burst";q=5;w=1000, "day";q=50;w=86400'
    assert answers[0].headers["ratelimit"].startswith('"burst";r=4;t=')
    assert answers[4].headers["ratelimit"].startswith('"burst";r=0;t=')
    assert 1 <= int(answers[5].headers["retry-after"]) <= 2000
    assert answers[5].json()["retryable"] is True


async def test_the_quota_of_the_day_counts_too(settings: Settings, tenant: Tenant) -> None:
    async with gateway_with(settings, rate_day=3) as client:
        answers = [await client.get("/v1/contacts", headers=tenant.key_header) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200] * 3 + [429]
    assert answers[3].json()["params"]["limit"] == "day"
    assert answers[3].headers["ratelimit"].startswith('"day";r=0;t=')


async def test_search_has_a_smaller_quota(settings: Settings, tenant: Tenant) -> None:
    async with gateway_with(settings, rate_search=2, rate_burst_window_s=1000) as client:
        header = tenant.key_header
        answers = [await client.post("/v1/contacts/search", json={}, headers=header) for _ in range(3)]
        other = await client.get("/v1/contacts", headers=header)

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert '"search";q=2;w=1000' in answers[0].headers["ratelimit-policy"]
    assert other.status_code == 200


async def test_an_unchanged_record_costs_nothing(
    settings: Settings, tenant: Tenant, services: dict[str, Service]
) -> None:
    async def unchanged(_: Seen) -> Reply:
        return Reply(304, b"", {"etag": '"7"'})

    services["contacts"].answer = unchanged
    async with gateway_with(settings, rate_burst=2, rate_burst_window_s=1000) as client:
        answers = [await client.get("/v1/contacts/1", headers=tenant.key_header) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [304] * 5
    assert {answer.headers["ratelimit"].partition(";t")[0] for answer in answers} == {'"burst";r=2'}


async def test_callers_have_quotas_of_their_own(settings: Settings, tenant: Tenant, new_tenant: object) -> None:
    other: Tenant = await new_tenant()  # type: ignore[operator]  # a factory
    async with gateway_with(settings, rate_burst=1, rate_burst_window_s=1000) as client:
        first = await client.get("/v1/contacts", headers=tenant.key_header)
        second = await client.get("/v1/contacts", headers=other.key_header)

    assert (first.status_code, second.status_code) == (200, 200)


async def test_guessing_credentials_ends_in_429(settings: Settings, tenant: Tenant) -> None:
    async with gateway_with(settings, rate_anonymous=3, rate_burst_window_s=1000) as client:
        answers = [await client.get("/v1/me", headers={"Authorization": "Bearer nonsense"}) for _ in range(5)]
        known = await client.get("/v1/me", headers=tenant.key_header)

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert known.status_code == 200


def test_a_window_slides() -> None:
    now = 1000.0
    quota = Quota(Limit("burst", 10, 10), lambda: now)
    assert [quota.take("k") for _ in range(11)] == [True] * 10 + [False]

    now = 1010.0
    assert not quota.take("k")
    now = 1000.0 + quota.retry_after_s("k") + 10
    assert quota.take("k")
    now = 1015.0
    assert [quota.take("k") for _ in range(6)].count(True) == 4
    now = 1040.0
    assert quota.state("k") == '"burst";r=10;t=10'
