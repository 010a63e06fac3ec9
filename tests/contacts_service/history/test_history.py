"""The history of contacts and companies: complete whoever wrote, true at every moment, and never edited."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant


async def new(client: AsyncClient, **fields: Any) -> dict[str, Any]:
    contact: dict[str, Any] = (await client.post("/v1/contacts", json={"full_name": "มาลี สุขสันต์", **fields})).json()
    return contact


async def change(client: AsyncClient, contact: dict[str, Any], **fields: Any) -> dict[str, Any]:
    response = await client.patch(f"/v1/contacts/{contact['id']}", json=fields)
    assert response.status_code == 200, response.text
    changed: dict[str, Any] = response.json()
    return changed


async def changes(client: AsyncClient, contact: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
    response = await client.get(f"/v1/contacts/{contact['id']}/changes", params=params)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["data"]
    return found


async def moment() -> str:
    """An instant between two writes: they are told apart by the millisecond."""
    await asyncio.sleep(0.003)
    passed = datetime.now(UTC).isoformat()
    await asyncio.sleep(0.003)
    return passed


async def as_of(client: AsyncClient, contact: dict[str, Any], when: str) -> Any:
    return await client.get(f"/v1/contacts/{contact['id']}", params={"as_of": when})


async def test_a_change_tells_who_when_from_what_to_what(client: AsyncClient, tenant: Tenant) -> None:
    contact = await new(client, nickname="ลี")

    changed = await change(client, contact, nickname="แนน", tags=["VIP"])

    latest, first = await changes(client, contact)
    assert latest["changes"] == {"nickname": ["ลี", "แนน"], "tags": [[], ["VIP"]]}
    assert (latest["version"], latest["changed_at"]) == (2, changed["updated_at"])
    assert latest["actor_id"] == first["actor_id"] == str(tenant.actor_id)
    assert latest["request_id"]
    assert (first["version"], first["changes"], first["changed_at"]) == (1, {}, contact["created_at"])


async def test_a_contact_is_read_as_it_was(client: AsyncClient) -> None:
    contact = await new(client, full_name="Ada Byron", email="ada@example.com", tags=["new"])
    before = await moment()
    await change(client, contact, full_name="Ada Lovelace", email="countess@example.com", notes="married")
    between = await moment()
    latest = await change(client, contact, tags=[], notes=None)

    found = [await as_of(client, contact, when) for when in (before, between, await moment())]
    same = await client.get(
        f"/v1/contacts/{contact['id']}", params={"as_of": between}, headers={"If-None-Match": found[1].headers["ETag"]}
    )

    first, second, now = [each.json() for each in found]
    assert [each.headers["ETag"] for each in found] == ['"1"', '"2"', '"3"']
    assert same.status_code == 304
    assert first == contact
    assert (second["full_name"], second["email"], second["notes"]) == (
        "Ada Lovelace",
        "countess@example.com",
        "married",
    )
    assert (second["tags"], second["version"]) == (["new"], 2)
    assert now == latest


async def test_before_its_creation_there_was_no_contact(client: AsyncClient) -> None:
    contact = await new(client)

    response = await as_of(client, contact, "2020-01-01T00:00:00Z")

    assert (response.status_code, response.json()["code"]) == (404, "contact_unknown_yet")


async def test_deletion_and_restoration_are_changes(client: AsyncClient) -> None:
    contact = await new(client)
    alive = await moment()
    await client.delete(f"/v1/contacts/{contact['id']}")
    gone = await moment()
    await client.post(f"/v1/contacts/{contact['id']}/restore")

    assert [set(each["changes"]) for each in await changes(client, contact)] == [{"deleted_at"}, {"deleted_at"}, set()]
    assert (await as_of(client, contact, alive)).status_code == 200
    assert (await as_of(client, contact, gone)).json()["code"] == "resource_deleted"
    assert (await as_of(client, contact, await moment())).status_code == 200


async def test_writing_what_is_there_already_is_no_change(client: AsyncClient) -> None:
    contact = await new(client, nickname="ลี")

    await change(client, contact, nickname="ลี")

    assert len(await changes(client, contact)) == 1


async def test_batches_and_upserts_are_noted_too(client: AsyncClient) -> None:
    contact = await new(client, external_ids=[{"system": "shop", "id": "1"}])
    item = {"op": "update", "id": contact["id"], "data": {"nickname": "one"}}
    await client.post("/v1/contacts/batch", json={"items": [item]})
    row = {"external_id": {"system": "shop", "id": "1"}, "nickname": "two"}
    response = await client.post("/v1/contacts/upsert", json={"rows": [row]})
    assert response.status_code == 200, response.text

    assert [each["changes"].get("nickname") for each in await changes(client, contact)] == [
        ["one", "two"], [None, "one"], None
    ]  # fmt: skip


async def test_changes_are_paged_and_filtered(client: AsyncClient, tenant: Tenant) -> None:
    contact = await new(client)
    for number in range(5):
        await change(client, contact, nickname=str(number))
    half = (await changes(client, contact))[2]["changed_at"]

    page = (await client.get(f"/v1/contacts/{contact['id']}/changes", params={"limit": 4})).json()
    rest = await changes(client, contact, limit=4, cursor=page["next_cursor"])

    assert [each["version"] for each in [*page["data"], *rest]] == [6, 5, 4, 3, 2, 1]
    assert len(await changes(client, contact, **{"changed_at[gte]": half})) == 3
    assert await changes(client, contact, actor_id=contact["id"]) == []


async def test_a_company_has_its_changes(client: AsyncClient) -> None:
    company = (await client.post("/v1/companies", json={"name": "Siam Trading"})).json()
    await client.patch(f"/v1/companies/{company['id']}", json={"name": "สยามการค้า"})

    found = (await client.get(f"/v1/companies/{company['id']}/changes")).json()["data"]

    assert [each["changes"] for each in found] == [{"name": ["Siam Trading", "สยามการค้า"]}, {}]


@pytest.mark.parametrize("path", ["contacts", "companies"])
async def test_nobody_has_no_changes(client: AsyncClient, path: str) -> None:
    response = await client.get(f"/v1/{path}/01926c1d-0000-7000-8000-000000000000/changes")

    assert response.status_code == 404


async def test_another_tenant_sees_nothing_of_it(client: AsyncClient, service: ServiceUnderTest) -> None:
    contact = await new(client)

    async with service.client(service.tenant()) as stranger:
        response = await stranger.get(f"/v1/contacts/{contact['id']}/changes")

    assert response.status_code == 404


@pytest.mark.parametrize("statement", ["update record_changes set version = 9", "delete from record_changes"])
async def test_the_history_is_not_edited(
    client: AsyncClient, service: ServiceUnderTest, tenant: Tenant, statement: str
) -> None:
    contact = await new(client)
    await change(client, contact, nickname="x")

    async def edit() -> None:
        async with service.database.transaction(tenant.context) as session:
            await session.execute(text(statement))

    with pytest.raises(Exception, match=r"permission denied|history of a record is not changed"):
        await edit()

    assert len(await changes(client, contact)) == 2
