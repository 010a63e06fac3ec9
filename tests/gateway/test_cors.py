"""Browsers on other origins."""

import httpx

from tests.gateway.conftest import Tenant

ASK = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,if-match"}


async def allow(admin: httpx.AsyncClient, tenant: Tenant) -> str:
    origin = f"https://app-{tenant.id.hex[-12:]}.example.com"
    assert (await admin.patch("/v1/tenant", json={"cors_origins": [origin]})).status_code == 200
    return origin


async def test_a_preflight_of_a_known_origin_needs_no_credential(
    admin: httpx.AsyncClient, client: httpx.AsyncClient, tenant: Tenant
) -> None:
    origin = await allow(admin, tenant)

    response = await client.options("/v1/contacts/1", headers={"Origin": origin, **ASK})

    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == origin
    assert "PATCH" in response.headers["access-control-allow-methods"]
    assert "If-Match" in response.headers["access-control-allow-headers"]
    assert response.headers["access-control-max-age"] == "7200"
    assert "access-control-allow-credentials" not in response.headers
    assert "Origin" in response.headers["vary"]


async def test_a_preflight_of_an_unknown_origin_allows_nothing(client: httpx.AsyncClient) -> None:
    response = await client.options("/v1/contacts", headers={"Origin": "https://evil.example.com", **ASK})

    assert response.status_code == 204
    assert not [name for name in response.headers if name.startswith("access-control")]


async def test_answers_are_readable_for_the_tenants_own_origins_only(
    admin: httpx.AsyncClient, client: httpx.AsyncClient, tenant: Tenant, new_tenant: object
) -> None:
    other: Tenant = await new_tenant()  # type: ignore[operator]  # a factory
    origin = await allow(admin, tenant)

    for path in ("/v1/contacts", "/v1/me", "/v1/users/nonsense"):
        own = await admin.get(path, headers={"Origin": origin})
        foreign = await client.get(path, headers={"Origin": origin, **other.key_header})

        assert own.headers["access-control-allow-origin"] == origin
        for name in ("ETag", "Link", "RateLimit", "Retry-After", "X-Request-Id", "Idempotent-Replayed"):
            assert name in own.headers["access-control-expose-headers"]
        assert "access-control-allow-origin" not in foreign.headers


async def test_a_known_origin_can_read_why_it_was_refused(
    admin: httpx.AsyncClient, client: httpx.AsyncClient, tenant: Tenant
) -> None:
    origin = await allow(admin, tenant)

    refused = await client.get("/v1/contacts", headers={"Origin": origin})
    sign_in = await client.post("/v1/auth/token", json={}, headers={"Origin": origin})

    assert (refused.status_code, sign_in.status_code) == (401, 422)
    assert refused.headers["access-control-allow-origin"] == sign_in.headers["access-control-allow-origin"] == origin
