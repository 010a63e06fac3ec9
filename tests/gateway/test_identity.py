"""Who is believed, and what a caller cannot claim."""

import httpx
import pytest

from gateway.auth.access import AccessTokens
from gateway.settings import Settings
from shared.auth import Principal, TokenMinter
from shared.ids import new_id
from tests.gateway.conftest import Tenant, bearer
from tests.gateway.serving import Service


@pytest.mark.parametrize("audience", ["gateway", "contacts", "samphan"])
async def test_an_internal_token_is_refused_at_the_gate(
    audience: str, settings: Settings, tenant: Tenant, client: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    minter = TokenMinter(settings.token_private_key.get_secret_value())
    token = minter.mint(Principal(tenant.id, tenant.admin_id, "user", frozenset({"*"})), audience)

    answers = [await client.get(path, headers=bearer(token)) for path in ("/v1/contacts", "/v1/me")]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(401, "invalid_token")] * 2
    assert services["contacts"].seen == []


async def test_an_access_token_without_a_sign_in_is_refused(
    settings: Settings, tenant: Tenant, client: httpx.AsyncClient
) -> None:
    tokens = AccessTokens(settings.token_private_key.get_secret_value(), 900)

    response = await client.get("/v1/me", headers=bearer(tokens.mint(tenant.id, tenant.admin_id, new_id())))

    assert response.status_code == 401


@pytest.mark.parametrize("value", [None, "", "Bearer", "Basic YTpi", "bearer", "Token x"])
async def test_without_a_bearer_token_nothing_opens(
    value: str | None, client: httpx.AsyncClient, services: dict[str, Service]
) -> None:
    headers = {} if value is None else {"Authorization": value}
    for path in ("/v1/contacts", "/v1/me", "/v1/users", "/v1/api-keys", "/v1/tenant", "/v1/operations/1"):
        response = await client.get(path, headers=headers)

        assert response.status_code == 401, path
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert response.headers["content-type"] == "application/problem+json"
    assert all(service.seen == [] for service in services.values())


async def test_request_ids_are_kept_if_they_are_plain(admin: httpx.AsyncClient, services: dict[str, Service]) -> None:
    kept = await admin.get("/v1/contacts", headers={"X-Request-Id": "abc-123"})
    replaced = await admin.get("/v1/contacts", headers={"X-Request-Id": "a b;c"})

    assert kept.headers["x-request-id"] == services["contacts"].seen[0].headers["x-request-id"] == "abc-123"
    assert replaced.headers["x-request-id"] == services["contacts"].seen[1].headers["x-request-id"] != "a b;c"


async def test_health_needs_no_credential(client: httpx.AsyncClient) -> None:
    answers = [await client.get(path) for path in ("/livez", "/readyz", "/metrics")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
