"""Businesses, kept apart."""

import json
import os
import subprocess
import sys
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from gateway.bootstrap import Wanted, bootstrap
from gateway.settings import Settings
from gateway.users.passwords import Passwords
from shared.db import Database
from shared.ids import new_id
from tests.gateway.conftest import Tenant, bearer


async def test_a_tenant_is_read_and_changed(admin: httpx.AsyncClient, tenant: Tenant) -> None:
    read = await admin.get("/v1/tenant")
    change = {"name": "ร้านใหม่", "time_zone": "Asia/Tokyo", "locale": "en", "cors_origins": ["https://App.example.com"]}
    changed = await admin.patch("/v1/tenant", json=change, headers={"If-Match": read.headers["etag"]})
    again = await admin.get("/v1/tenant")

    assert (read.json()["id"], read.json()["time_zone"]) == (str(tenant.id), "Asia/Bangkok")
    assert changed.status_code == 200, changed.text
    assert again.json() == {**changed.json(), "cors_origins": ["https://app.example.com"]}
    assert again.json()["name"] == "ร้านใหม่"


@pytest.mark.parametrize(
    "change",
    [
        {"time_zone": "Mars/Olympus"},
        {"locale": "thai!"},
        {"cors_origins": ["https://app.example.com/path"]},
        {"cors_origins": ["*"]},
        {"name": ""},
        {"id": "x"},
    ],
)
async def test_wrong_values_of_a_tenant_are_refused(admin: httpx.AsyncClient, change: dict[str, Any]) -> None:
    response = await admin.patch("/v1/tenant", json=change)

    assert response.status_code == 422
    assert (await admin.get("/v1/tenant")).json()["version"] == 1


async def test_tenants_never_see_each_other(
    admin: httpx.AsyncClient, client: httpx.AsyncClient, new_tenant: Any
) -> None:
    other: Tenant = await new_tenant()
    others_key = (await client.get("/v1/api-keys", headers=other.key_header)).json()["data"][0]["id"]

    for path in (f"/v1/users/{other.admin_id}", f"/v1/api-keys/{others_key}"):
        assert (await admin.get(path)).status_code == 404
        assert (await admin.delete(path)).status_code == 404
    assert (await admin.patch(f"/v1/users/{other.admin_id}", json={"full_name": "x"})).status_code == 404
    listed = (await admin.get("/v1/users")).text + (await admin.get("/v1/api-keys")).text
    assert str(other.admin_id) not in listed
    assert others_key not in listed
    assert (await client.get("/v1/me", headers=other.key_header)).json()["tenant_id"] == str(other.id)


async def test_every_tenant_table_is_forced_under_row_level_security(settings: Settings) -> None:
    query = text("""
        select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
        where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
          and not (c.relrowsecurity and c.relforcerowsecurity
            and exists (select from pg_policies p where p.tablename = c.relname and p.policyname = 'tenant'))
    """)

    async with Database(settings.database_url) as database, database.transaction() as session:
        open_tables = (await session.scalars(query)).all()
        seen = [
            await session.scalar(text(f"select count(*) from {table}")) for table in ("tenants", "users", "api_keys")
        ]

    assert open_tables == []
    assert seen == [0, 0, 0]


async def test_bootstrap_twice_gives_the_same_tenant_and_key(settings: Settings, client: httpx.AsyncClient) -> None:
    secret = settings.token_private_key.get_secret_value()
    wanted = Wanted(f"Twice {new_id()}", f"{new_id()}@example.com")
    async with Database(settings.database_url) as database:
        first = await bootstrap(database, wanted, secret=secret, passwords=Passwords(1024))
        second = await bootstrap(database, wanted, secret=secret, passwords=Passwords(1024))
        me = (await client.get("/v1/me", headers=bearer(first.api_key))).json()
        keys = (await client.get("/v1/api-keys", headers=bearer(first.api_key))).json()["data"]
        await client.delete(f"/v1/api-keys/{keys[0]['id']}", headers=bearer(first.api_key))
        third = await bootstrap(database, wanted, secret=secret, passwords=Passwords(1024))

    assert (first.created, second.created) == (True, False)
    assert first.admin_password is not None
    assert second.admin_password is None
    assert (second.tenant_id, second.admin_user_id, second.api_key) == (
        first.tenant_id,
        first.admin_user_id,
        first.api_key,
    )
    assert (me["tenant_id"], me["scopes"], len(keys)) == (first.tenant_id, ["*"], 1)
    assert third.api_key != first.api_key


def test_bootstrap_is_a_command(service_environment: dict[str, str], settings: Settings) -> None:
    tenant_id = str(new_id())
    command = [sys.executable, "-m", "gateway", "bootstrap", "--tenant", "By hand", "--admin-email", "a@example.com"]

    done = subprocess.run(
        [*command, "--admin-password", "a good password", "--id", tenant_id],
        env={**os.environ, **service_environment},
        capture_output=True,
        text=True,
        check=True,
    )

    made = json.loads(done.stdout)
    assert (made["tenant_id"], made["admin_email"]) == (tenant_id, "a@example.com")
    assert made["api_key"].startswith("crm_live_")
