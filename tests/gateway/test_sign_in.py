"""Local accounts: passwords, access tokens, rotating refresh tokens."""

import asyncio
from typing import Any

import httpx

from gateway.settings import Settings
from tests.gateway.conftest import PASSWORD, Tenant, bearer, gateway_with, sign_in


async def refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post("/v1/auth/token", json={"grant_type": "refresh_token", "refresh_token": token})


async def signed_in(client: httpx.AsyncClient, tenant: Tenant) -> dict[str, Any]:
    response = await sign_in(client, tenant.email)
    assert response.status_code == 200, response.text
    tokens: dict[str, Any] = response.json()
    return tokens


async def test_a_password_opens_the_door_with_a_form_or_json(client: httpx.AsyncClient, tenant: Tenant) -> None:
    by_form = await sign_in(client, tenant.email.upper())
    body = {"grant_type": "password", "username": tenant.email, "password": PASSWORD, "tenant_id": str(tenant.id)}
    by_json = await client.post("/v1/auth/token", json=body)

    for response in (by_form, by_json):
        assert response.status_code == 200, response.text
        assert response.headers["cache-control"] == "no-store"
        tokens = response.json()
        assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
        me = await client.get("/v1/me", headers=bearer(tokens["access_token"]))
        assert me.status_code == 200, me.text
        assert me.json()["email"] == tenant.email
        assert me.json()["tenant_id"] == str(tenant.id)
        assert me.json()["roles"] == ["admin"]


async def test_a_wrong_password_and_an_unknown_address_look_the_same(client: httpx.AsyncClient, tenant: Tenant) -> None:
    wrong = await sign_in(client, tenant.email, "not the password")
    unknown = await sign_in(client, f"nobody-{tenant.id}@example.com", "not the password")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["code"] == unknown.json()["code"] == "invalid_credentials"
    assert wrong.json()["detail"] == unknown.json()["detail"]


async def test_malformed_grants_are_explained(client: httpx.AsyncClient) -> None:
    nothing = await client.post("/v1/auth/token", json={})
    other = await client.post("/v1/auth/token", data={"grant_type": "client_credentials"})
    extra = await client.post(
        "/v1/auth/token", json={"grant_type": "password", "username": "a@example.com", "password": "x", "mfa": "1"}
    )
    broken = await client.post("/v1/auth/token", content=b"{", headers={"Content-Type": "application/json"})
    text = await client.post("/v1/auth/token", content=b"a=b", headers={"Content-Type": "text/plain"})

    assert [each.status_code for each in (nothing, other, extra, broken, text)] == [422, 422, 422, 400, 415]
    assert extra.json()["errors"][0]["code"] == "unknown_field"
    assert all(each.headers["content-type"] == "application/problem+json" for each in (nothing, other, broken, text))


async def test_an_address_with_accounts_in_two_tenants_names_the_tenant(
    client: httpx.AsyncClient, tenant: Tenant, new_tenant: Any
) -> None:
    other = await new_tenant()
    user = {"email": tenant.email, "full_name": "Same person", "roles": ["viewer"], "password": PASSWORD}
    made = await client.post("/v1/users", json=user, headers=other.key_header)
    assert made.status_code == 201, made.text

    either = await sign_in(client, tenant.email)
    named = await sign_in(client, tenant.email, tenant_id=str(other.id))

    assert (either.status_code, either.json()["code"]) == (409, "tenant_required")
    me = await client.get("/v1/me", headers=bearer(named.json()["access_token"]))
    assert me.json()["tenant_id"] == str(other.id)


async def test_sign_ins_are_limited_for_account_and_address(client: httpx.AsyncClient, tenant: Tenant) -> None:
    answers = [await sign_in(client, tenant.email, "guess") for _ in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[-1].json()["params"]["limit"] == "sign-in"
    assert (await sign_in(client, f"other-{tenant.email}", "guess")).status_code == 401


async def test_a_refresh_token_is_replaced_at_each_use(client: httpx.AsyncClient, tenant: Tenant) -> None:
    first = await signed_in(client, tenant)

    second = (await refresh(client, first["refresh_token"])).json()

    assert second["refresh_token"] != first["refresh_token"]
    me = await client.get("/v1/me", headers=bearer(second["access_token"]))
    assert me.status_code == 200


async def test_a_lost_answer_can_be_repeated_within_the_grace(client: httpx.AsyncClient, tenant: Tenant) -> None:
    first = await signed_in(client, tenant)
    answers = await asyncio.gather(*(refresh(client, first["refresh_token"]) for _ in range(5)))

    assert {answer.status_code for answer in answers} == {200}
    [next_token] = {answer.json()["refresh_token"] for answer in answers}
    assert (await refresh(client, next_token)).status_code == 200


async def test_a_token_older_than_the_previous_one_ends_the_family(client: httpx.AsyncClient, tenant: Tenant) -> None:
    first = await signed_in(client, tenant)
    second = (await refresh(client, first["refresh_token"])).json()
    third = (await refresh(client, second["refresh_token"])).json()

    stolen = await refresh(client, first["refresh_token"])
    newest = await refresh(client, third["refresh_token"])
    me = await client.get("/v1/me", headers=bearer(third["access_token"]))

    assert (stolen.status_code, stolen.json()["code"]) == (401, "invalid_grant")
    assert newest.status_code == 401
    assert me.status_code == 401


async def test_after_the_grace_the_previous_token_ends_the_family(settings: Settings, tenant: Tenant) -> None:
    async with gateway_with(settings, refresh_grace_s=0.0) as client:
        first = await signed_in(client, tenant)
        second = (await refresh(client, first["refresh_token"])).json()

        again = await refresh(client, first["refresh_token"])
        newest = await refresh(client, second["refresh_token"])

    assert again.status_code == newest.status_code == 401


async def test_signing_out_ends_refresh_and_access_tokens(client: httpx.AsyncClient, tenant: Tenant) -> None:
    tokens = await signed_in(client, tenant)
    assert (await client.get("/v1/me", headers=bearer(tokens["access_token"]))).status_code == 200

    revoked = await client.post("/v1/auth/revoke", data={"token": tokens["refresh_token"]})
    again = await client.post("/v1/auth/revoke", json={"token": "crm_refresh_unknown"})

    assert (revoked.status_code, again.status_code) == (204, 204)
    assert (await refresh(client, tokens["refresh_token"])).status_code == 401
    assert (await client.get("/v1/me", headers=bearer(tokens["access_token"]))).status_code == 401


async def test_forged_refresh_tokens_are_refused(client: httpx.AsyncClient, tenant: Tenant) -> None:
    token = (await signed_in(client, tenant))["refresh_token"]
    flipped = token[:-6] + ("A" if token[-6] != "A" else "B") + token[-5:]

    for forged in (flipped, "crm_refresh_", "crm_refresh_////", "ก", "x" * 900):
        response = await refresh(client, forged)
        assert (response.status_code, response.json()["code"]) == (401, "invalid_grant"), forged


async def test_an_expired_access_token_is_refused(settings: Settings, tenant: Tenant) -> None:
    async with gateway_with(settings, access_token_lifetime_s=-1) as client:
        tokens = await signed_in(client, tenant)
        response = await client.get("/v1/me", headers=bearer(tokens["access_token"]))

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
