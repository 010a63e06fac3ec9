"""The present state of all contacts and companies, told again."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from contacts_service.app import create_app
from contacts_service.settings import Settings
from contacts_service.snapshots import SNAPSHOTS
from deploy.local.databases import prepare
from deploy.local.environment import environment
from deploy.local.keys import Keys
from deploy.local.ports import free_port
from shared.messaging import snapshots
from shared.messaging.snapshots import publish_snapshots
from shared.testing.promises import unlocked_tables
from shared.testing.services import ServiceUnderTest, service_under_test
from shared.testing.tenants import Tenant
from tests.conftest import SERVER_URL

NEWEST = text("""
select distinct on (subject) type, subject, key, version, body from outbox where tenant_id = :tenant_id
order by subject, id desc
""")
POLICIES = text("select count(*) from pg_policies where policyname = 'owner_at_work'")


@pytest.fixture
async def service(keys: Keys) -> AsyncIterator[ServiceUnderTest]:
    """On databases of its own: a snapshot is of all tenants."""
    databases = await asyncio.to_thread(prepare, os.environ[SERVER_URL], suffix=f"_{uuid4().hex[:12]}")
    given = environment(databases, keys, port=free_port())
    async with service_under_test("contacts_service", "contacts", given, Settings, create_app) as service:
        yield service


async def told(tenant: Tenant) -> dict[str, tuple[str, int, dict[str, Any]]]:
    """By subject: the last event's type, version and body."""
    async with tenant.system.transaction() as session:
        rows = await session.execute(NEWEST, {"tenant_id": tenant.id})
        return {row.subject: (row.type, row.version, row.body) for row in rows}


async def tell(service: ServiceUnderTest, **given: Any) -> int:
    owner_url = service.settings.owner_database_url
    assert owner_url is not None
    app_url, system_url = service.settings.database_url, service.settings.system_database_url
    return await publish_snapshots(SNAPSHOTS, owner_url=owner_url, app_url=app_url, system_url=system_url, **given)


async def create(service: ServiceUnderTest, tenant: Tenant, count: int) -> list[str]:
    items = [{"op": "create", "ref": str(n), "data": {"full_name": f"สมชาย {n}"}} for n in range(count)]
    async with service.client(tenant) as client:
        answer = await client.post("/v1/contacts/batch", json={"items": items})
    return [result["id"] for result in answer.json()["data"]]


async def test_each_record_is_told_as_it_is_now(service: ServiceUnderTest, tenant: Tenant) -> None:
    async with service.client(tenant) as client:
        company = (await client.post("/v1/companies", json={"name": "ร้านทดสอบ"})).json()["id"]
        kept = (await client.post("/v1/contacts", json={"full_name": "Ada", "email": "ada@example.com"})).json()["id"]
        gone = (await client.post("/v1/contacts", json={"full_name": "Ida"})).json()["id"]
        merged = (await client.post("/v1/contacts", json={"full_name": "Ada"})).json()["id"]
        await client.patch(f"/v1/contacts/{kept}", json={"full_name": "Ada King"})
        await client.delete(f"/v1/contacts/{gone}")
        await client.post(f"/v1/contacts/{kept}/merge", json={"contact_ids": [merged]})
    before = await told(tenant)

    count = await tell(service)

    after = await told(tenant)
    assert count == 4
    assert {subject: each[:2] for subject, each in after.items()} == {
        company: ("contacts.company.snapshot.v1", 1),
        kept: ("contacts.contact.snapshot.v1", 2),
        gone: ("contacts.contact.tombstone.v1", 2),
        merged: ("contacts.contact.tombstone.v1", 2),
    }
    assert after[kept][2] == {**before[kept][2], "changed_fields": []}
    assert after[gone][2] == {**before[gone][2], "merged_into": None}
    assert after[merged][2]["merged_into"] == kept


async def test_all_tenants_are_told_in_chunks_each_as_itself(
    service: ServiceUnderTest, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "CHUNK", 7)
    tenants = [tenant, service.tenant(), service.tenant()]
    ids = [await create(service, each, 20) for each in tenants]
    places: list[str] = []

    count = await tell(service, progress=places.append)

    assert count == 60
    assert len(places) == 9
    for each, own in zip(tenants, ids, strict=True):
        assert {subject for subject, (kind, *_) in (await told(each)).items() if "snapshot" in kind} == set(own)


async def test_an_interrupted_snapshot_goes_on_where_it_was(
    service: ServiceUnderTest, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "CHUNK", 8)
    await create(service, tenant, 20)
    await create(service, service.tenant(), 20)
    places: list[str] = []
    await tell(service, progress=places.append)

    counts = [await tell(service, after=place) for place in places]

    assert counts == [32, 24, 20, 12, 4, 0]


async def test_it_waits_while_the_relay_has_enough_to_do(
    service: ServiceUnderTest, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "CHUNK", 5)
    monkeypatch.setattr(snapshots, "OUTBOX_LIMIT", 30)
    await create(service, tenant, 40)
    places: list[str] = []

    telling = asyncio.create_task(tell(service, progress=places.append))
    await asyncio.sleep(0.5)
    waiting = len(places)
    async with service.system.transaction() as session:
        await session.execute(text("delete from outbox"))
    await asyncio.sleep(0.5)
    more = len(places)
    async with service.system.transaction() as session:
        await session.execute(text("delete from outbox"))

    assert await telling == 40
    assert (waiting, more) == (1, 7)


async def test_nothing_of_it_stays_behind(service: ServiceUnderTest, tenant: Tenant) -> None:
    await create(service, tenant, 1)
    await tell(service)

    async with service.system.transaction() as session:
        assert await session.scalar(POLICIES) == 0
    assert await unlocked_tables(service) == []
