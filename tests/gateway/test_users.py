"""People, their roles, and what roles allow."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from gateway.settings import Settings
from shared.db import Database
from tests.gateway.conftest import PASSWORD, Tenant, bearer, sign_in
from tests.gateway.serving import Service

SOMCHAI = {"email": "Somchai@Example.com", "full_name": "สมชาย ใจดี", "roles": ["sales"], "password": PASSWORD}


async def make(admin: httpx.AsyncClient, tenant: Tenant, **changes: Any) -> dict[str, Any]:
    body = {**SOMCHAI, "email": f"somchai-{tenant.id.hex}@example.com", **changes}
    response = await admin.post("/v1/users", json=body)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def token_of(client: httpx.AsyncClient, email: str) -> str:
    response = await sign_in(client, email)
    assert response.status_code == 200, response.text
    return str(response.json()["access_token"])


async def test_a_user_is_made_read_changed_and_deleted(admin: httpx.AsyncClient) -> None:
    made = await admin.post("/v1/users", json=SOMCHAI)
    user = made.json()
    where = made.headers["location"]
    read = await admin.get(where)
    unchanged = await admin.get(where, headers={"If-None-Match": read.headers["etag"]})
    renamed = await admin.patch(where, json={"full_name": "สมชาย ใจงาม"}, headers={"If-Match": read.headers["etag"]})
    stale = await admin.patch(where, json={"full_name": "x"}, headers={"If-Match": '"1"'})
    deleted = await admin.delete(where)
    gone = await admin.get(where)

    assert user["email"] == "somchai@example.com"
    assert "password" not in made.text
    assert read.json() == user
    assert (read.headers["etag"], unchanged.status_code) == ('"1"', 304)
    assert (renamed.json()["full_name"], renamed.json()["version"]) == ("สมชาย ใจงาม", 2)
    assert (stale.status_code, stale.json()["code"]) == (412, "version_mismatch")
    assert (deleted.status_code, gone.status_code, gone.json()["code"]) == (204, 410, "resource_deleted")


async def test_users_are_listed_and_filtered(admin: httpx.AsyncClient, tenant: Tenant) -> None:
    for number, name in enumerate(("Ann", "Bee", "Cat")):
        await make(admin, tenant, email=f"user{number}-{tenant.id.hex}@example.com", full_name=name)

    first = (await admin.get("/v1/users?sort=full_name&limit=2&roles[contains]=sales")).json()
    second = (
        await admin.get(
            "/v1/users",
            params={"sort": "full_name", "limit": 2, "roles[contains]": "sales", "cursor": first["next_cursor"]},
        )
    ).json()

    assert [user["full_name"] for user in first["data"] + second["data"]] == ["Ann", "Bee", "Cat"]
    assert second["next_cursor"] is None


async def test_an_address_is_taken_once(admin: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(admin.post("/v1/users", json=SOMCHAI) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"email_taken"}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"email": "not an address"}, "/email"),
        ({"roles": []}, "/roles"),
        ({"roles": ["king"]}, "/roles/0"),
        ({"password": "short"}, "/password"),
        ({"nickname": "x"}, "/nickname"),
        ({"id": "not-an-id"}, "/id"),
    ],
)
async def test_wrong_input_names_its_place(admin: httpx.AsyncClient, changes: dict[str, Any], place: str) -> None:
    response = await admin.post("/v1/users", json={**SOMCHAI, **changes})

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == place


async def test_equal_creates_with_one_idempotency_key_make_one_user(admin: httpx.AsyncClient) -> None:
    header = {"Idempotency-Key": "create-somchai"}

    answers = await asyncio.gather(*(admin.post("/v1/users", json=SOMCHAI, headers=header) for _ in range(5)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (
            "manager",
            ["contacts:write", "campaigns:send", "users:read"],
            ["users:write", "api_keys:write", "tenant:write"],
        ),
        ("sales", ["contacts:write", "interactions:write", "analytics:read"], ["campaigns:send", "users:write"]),
        ("service", ["interactions:write", "contacts:read"], ["contacts:import", "users:write"]),
        ("viewer", ["contacts:read", "analytics:read"], ["contacts:write", "interactions:write", "users:read"]),
    ],
)
async def test_a_role_brings_its_scopes(
    role: str,
    may: list[str],
    may_not: list[str],
    admin: httpx.AsyncClient,
    client: httpx.AsyncClient,
    tenant: Tenant,
    services: dict[str, Service],
) -> None:
    user = await make(admin, tenant, roles=[role])
    header = bearer(await token_of(client, user["email"]))

    await client.get("/v1/contacts", headers=header)
    refused = await client.post("/v1/users", json=SOMCHAI, headers=header)

    [seen] = services["contacts"].seen
    assert seen.principal is not None
    assert all(seen.principal.may(scope) for scope in may)
    assert not any(seen.principal.may(scope) for scope in may_not)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")


async def test_a_change_of_roles_counts_for_tokens_already_given(
    admin: httpx.AsyncClient, client: httpx.AsyncClient, tenant: Tenant
) -> None:
    user = await make(admin, tenant, roles=["admin"])
    header = bearer(await token_of(client, user["email"]))
    assert (await client.get("/v1/api-keys", headers=header)).status_code == 200

    await admin.patch(f"/v1/users/{user['id']}", json={"roles": ["viewer"]})
    await asyncio.sleep(0.3)

    assert (await client.get("/v1/api-keys", headers=header)).status_code == 403


@pytest.mark.parametrize("change", [{"disabled": True}, {"password": "another good password"}, None])
async def test_disabling_deleting_and_a_new_password_end_sign_ins(
    change: dict[str, Any] | None, admin: httpx.AsyncClient, client: httpx.AsyncClient, tenant: Tenant
) -> None:
    user = await make(admin, tenant)
    where = f"/v1/users/{user['id']}"
    tokens = (await sign_in(client, user["email"])).json()
    header = bearer(tokens["access_token"])
    assert (await client.get("/v1/me", headers=header)).status_code == 200

    done = await (admin.delete(where) if change is None else admin.patch(where, json=change))
    await asyncio.sleep(0.3)
    grant = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}

    assert done.status_code in (200, 204), done.text
    assert (await client.get("/v1/me", headers=header)).status_code == 401
    assert (await client.post("/v1/auth/token", json=grant)).status_code == 401
    assert (await sign_in(client, user["email"])).status_code == 401


async def test_the_last_admin_stays(admin: httpx.AsyncClient, tenant: Tenant) -> None:
    where = f"/v1/users/{tenant.admin_id}"

    answers = [
        await admin.patch(where, json={"roles": ["viewer"]}),
        await admin.patch(where, json={"disabled": True}),
        await admin.delete(where),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "last_admin")] * 3
    assert (await admin.get(where)).json()["version"] == 1


async def test_a_refused_request_changes_nothing(
    admin: httpx.AsyncClient, client: httpx.AsyncClient, tenant: Tenant, settings: Settings
) -> None:
    viewer = await make(admin, tenant, roles=["viewer"])
    header = bearer(await token_of(client, viewer["email"]))
    before = (await admin.get(f"/v1/users/{tenant.admin_id}")).json()

    answers = [
        await client.patch(f"/v1/users/{tenant.admin_id}", json={"full_name": "x"}, headers=header),
        await client.delete(f"/v1/users/{tenant.admin_id}", headers=header),
        await client.post("/v1/users", json=SOMCHAI, headers=header),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert (await admin.get(f"/v1/users/{tenant.admin_id}")).json() == before
    async with Database(settings.system_database_url) as system, system.transaction() as session:
        query = text("select type from outbox where tenant_id = :tenant_id order by id")
        types = (await session.scalars(query, {"tenant_id": tenant.id})).all()
    assert types == ["gateway.user.created.v1", "gateway.user.created.v1"]


@pytest.mark.parametrize(
    ("method", "change"),
    [
        ("POST", {"email": "new@example.com", "full_name": "x", "roles": ["admin"], "password": PASSWORD}),
        ("PATCH", {"password": "a new long password"}),
        ("PATCH", {"email": "mine@example.com"}),
        ("PATCH", {"disabled": True}),
        ("DELETE", None),
    ],
)
async def test_nobody_gives_or_takes_more_rights_than_they_have(
    method: str, change: Any, admin: httpx.AsyncClient, client: httpx.AsyncClient, tenant: Tenant
) -> None:
    """A key for user accounts must not become, or lock out, an administrator."""
    key = (await admin.post("/v1/api-keys", json={"name": "HR", "scopes": ["users:*"]})).json()["key"]
    other = await make(admin, tenant, roles=["admin"])
    where = "/v1/users" if method == "POST" else f"/v1/users/{other['id']}"

    answer = await client.request(method, where, json=change, headers=bearer(key))

    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert (await admin.get(f"/v1/users/{other['id']}")).json() == other


async def test_a_user_cannot_be_promoted_beyond_the_promoter(
    admin: httpx.AsyncClient, client: httpx.AsyncClient, tenant: Tenant
) -> None:
    scopes = ["users:*", "contacts:read", "interactions:read", "campaigns:read", "analytics:read"]
    key = (await admin.post("/v1/api-keys", json={"name": "HR", "scopes": scopes})).json()["key"]
    viewer = await make(admin, tenant, roles=["viewer"])

    promoted = await client.patch(f"/v1/users/{viewer['id']}", json={"roles": ["sales"]}, headers=bearer(key))
    renamed = await client.patch(f"/v1/users/{viewer['id']}", json={"full_name": "สมศรี"}, headers=bearer(key))

    assert (promoted.status_code, promoted.json()["errors"][0]["pointer"]) == (403, "/roles")
    assert (renamed.status_code, renamed.json()["full_name"]) == (200, "สมศรี")
