"""Keys of programs."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text

from gateway.api_keys.key import Key, new_key, parse
from gateway.api_keys.usage import Usage
from gateway.settings import Settings
from shared.db import Database
from shared.observability.context import Context
from tests.gateway.conftest import Tenant, bearer
from tests.gateway.serving import Service

SHOP = {"name": "Web shop", "scopes": ["contacts:read", "orders:write"]}


async def make(admin: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    response = await admin.post("/v1/api-keys", json={**SHOP, **changes})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


def test_a_key_can_be_checked_offline() -> None:
    key = new_key()

    assert len(key.text) == len("crm_live_") + 12 + 1 + 43 + 6
    assert parse(key.text) == key
    assert parse(key.text[:-1] + ("0" if key.text[-1] != "0" else "1")) is None
    assert parse(key.text.replace("crm_live_", "crm_test_")) is None
    assert parse("crm_live_") is None


async def test_a_new_key_works_and_is_shown_once(
    admin: httpx.AsyncClient, client: httpx.AsyncClient, tenant: Tenant, services: dict[str, Service]
) -> None:
    made = await make(admin)

    me = await client.get("/v1/me", headers=bearer(made["key"]))
    shown = await admin.get(f"/v1/api-keys/{made['id']}")
    listed = await admin.get("/v1/api-keys")
    await client.get("/v1/contacts", headers=bearer(made["key"]))

    assert me.json()["kind"] == "integration"
    assert me.json()["full_name"] == "Web shop"
    assert me.json()["scopes"] == ["contacts:read", "orders:write"]
    assert made["key"].startswith(made["hint"] + "_")
    assert "key" not in shown.json()
    secret = made["key"].rpartition("_")[2]
    assert secret not in listed.text + shown.text
    [seen] = services["contacts"].seen
    assert seen.principal is not None
    assert str(seen.principal.actor_id) == made["integration_id"]
    assert not seen.principal.may("contacts:write")


async def test_only_a_hash_of_the_secret_is_stored(
    admin: httpx.AsyncClient, tenant: Tenant, settings: Settings
) -> None:
    made = await make(admin)

    async with Database(settings.database_url) as database, database.transaction(Context(tenant.id)) as session:
        rows = (await session.execute(text("select a::text as row from api_keys a"))).scalars().all()

    parsed = parse(made["key"])
    assert isinstance(parsed, Key)
    assert not any(parsed.secret in row for row in rows)
    assert any(parsed.secret_hash.hex() in row for row in rows)


async def test_bad_keys_are_refused(client: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    made = await make(admin)
    other_secret = Key(made["hint"].removeprefix("crm_live_"), new_key().secret).text

    for bad in (new_key().text, other_secret, made["key"][:-1], "crm_live_x", "nonsense", "a.b.c", "a.b.c.d.e"):
        response = await client.get("/v1/me", headers=bearer(bad))
        assert (response.status_code, response.json()["code"]) == (401, "invalid_token"), bad
        assert response.headers["www-authenticate"].startswith("Bearer")


async def test_a_revoked_key_stops_working(admin: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    made = await make(admin)
    assert (await client.get("/v1/me", headers=bearer(made["key"]))).status_code == 200

    revoked = await admin.delete(f"/v1/api-keys/{made['id']}")
    await asyncio.sleep(0.3)

    assert revoked.status_code == 204
    assert (await client.get("/v1/me", headers=bearer(made["key"]))).status_code == 401
    assert (await admin.delete(f"/v1/api-keys/{made['id']}")).status_code == 410
    assert made["id"] not in (await admin.get("/v1/api-keys")).text


async def test_a_key_ends_when_it_expires(admin: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=1)
    made = await make(admin, expires_at=soon.isoformat())

    before = await client.get("/v1/me", headers=bearer(made["key"]))
    await asyncio.sleep(1.1)
    after = await client.get("/v1/me", headers=bearer(made["key"]))
    past = await admin.post("/v1/api-keys", json={**SHOP, "expires_at": "2020-01-01T00:00:00Z"})

    assert (before.status_code, after.status_code, past.status_code) == (200, 401, 422)


async def test_a_name_has_at_most_two_live_keys(admin: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(admin.post("/v1/api-keys", json=SHOP) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]
    [integration] = {answer.json()["integration_id"] for answer in answers if answer.status_code == 201}
    await admin.delete(f"/v1/api-keys/{next(a.json()['id'] for a in answers if a.status_code == 201)}")
    assert (await make(admin))["integration_id"] == integration


async def test_nobody_gives_scopes_that_they_do_not_have(admin: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    limited = await make(admin, name="Limited", scopes=["api_keys:*", "contacts:read"])
    header = bearer(limited["key"])

    allowed = await client.post("/v1/api-keys", json={"name": "x", "scopes": ["contacts:read"]}, headers=header)
    refused = [
        await client.post("/v1/api-keys", json={"name": "x", "scopes": [scope]}, headers=header)
        for scope in ("contacts:write", "contacts:*", "*", "users:read")
    ]
    malformed = await client.post("/v1/api-keys", json={"name": "x", "scopes": ["everything"]}, headers=header)

    assert allowed.status_code == 201
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "insufficient_scope")] * 4
    assert malformed.status_code == 422


async def test_a_key_without_the_right_cannot_manage_keys(admin: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    header = bearer((await make(admin))["key"])

    answers = [
        await client.get("/v1/api-keys", headers=header),
        await client.post("/v1/api-keys", json=SHOP, headers=header),
        await client.get("/v1/users", headers=header),
        await client.patch("/v1/tenant", json={"name": "x"}, headers=header),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert "insufficient_scope" in answers[0].headers["www-authenticate"]


async def test_use_is_written_down_later(admin: httpx.AsyncClient, tenant: Tenant, settings: Settings) -> None:
    made = await make(admin)
    async with Database(settings.database_url) as database:
        usage = Usage(database)
        usage.note(tenant.id, made["id"])
        await usage.write()

    shown = (await admin.get(f"/v1/api-keys/{made['id']}")).json()
    assert shown["last_used_at"] is not None
    assert shown["version"] == made["version"]
