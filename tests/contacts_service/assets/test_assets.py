"""What a customer owns, from its purchase to its next owner."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.tenants import Tenant

Json = dict[str, Any]
CAR = {"name": "รถกระบะ", "kind": "รถยนต์", "brand": "Toyota", "model": "Hilux", "serial": "MR0-EX8 CD5"}


@pytest.fixture
async def owner(client: AsyncClient) -> str:
    return str((await client.post("/v1/contacts", json={"full_name": "สมชาย ใจดี"})).json()["id"])


@pytest.fixture
async def car(client: AsyncClient, owner: str) -> Json:
    response = await client.post("/v1/assets", json={**CAR, "contact_id": owner})
    assert response.status_code == 201, response.text
    made: Json = response.json()
    return made


async def test_a_number_is_not_taken_for_a_day(client: AsyncClient, car: Json) -> None:
    response = await client.get("/v1/assets", params={"purchased_on[ne]": "0"})

    assert (response.status_code, response.json()["code"]) == (422, "validation_failed")
    assert response.json()["errors"][0]["parameter"] == "purchased_on[ne]"


async def test_an_asset_is_created_read_and_listed_by_its_owner(
    client: AsyncClient, tenant: Tenant, car: Json, owner: str
) -> None:
    read = await client.get(f"/v1/assets/{car['id']}")
    of_owner = await client.get(f"/v1/contacts/{owner}/assets")
    filtered = await client.get("/v1/assets", params={"brand": "Toyota", "status": "active"})

    assert read.json() == car
    assert read.headers["etag"] == '"1"'
    assert of_owner.json()["data"] == filtered.json()["data"] == [car]
    assert (await tenant.staged_types())[-1] == "contacts.asset.created.v1"


async def test_the_list_of_an_unknown_contact_is_not_found(client: AsyncClient) -> None:
    response = await client.get(f"/v1/contacts/{new_id()}/assets")

    assert (response.status_code, response.json()["code"]) == (404, "contact_not_found")


@pytest.mark.parametrize("serial", ["MR0EX8CD5", "mr0 ex8-cd5", "ＭＲ０ＥＸ８ＣＤ５"])
async def test_a_serial_is_unique_per_brand_however_it_is_written(
    client: AsyncClient, car: Json, owner: str, serial: str
) -> None:
    again = await client.post("/v1/assets", json={**CAR, "contact_id": owner, "brand": "TOYOTA", "serial": serial})
    other_brand = await client.post("/v1/assets", json={**CAR, "contact_id": owner, "brand": "Isuzu"})

    assert (again.status_code, again.json()["code"]) == (409, "serial_taken")
    assert again.json()["errors"][0]["pointer"] == "/serial"
    assert other_brand.status_code == 201


async def test_of_many_who_register_one_serial_at_once_one_succeeds(
    client: AsyncClient, tenant: Tenant, owner: str
) -> None:
    answers = await asyncio.gather(*(client.post("/v1/assets", json={**CAR, "contact_id": owner}) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert await tenant.count("assets") == 1
    assert await tenant.count("asset_ownerships") == 1


@pytest.mark.parametrize(
    ("owners", "code"),
    [
        ({}, "owner_required"),
        ({"contact_id": str(new_id())}, "unknown_owner"),
        ({"company_id": str(new_id())}, "unknown_owner"),
    ],
)
async def test_an_asset_needs_an_owner_that_is_there(client: AsyncClient, owners: Json, code: str) -> None:
    response = await client.post("/v1/assets", json={**CAR, **owners})

    assert (response.status_code, response.json()["code"]) == (422, code)


async def test_a_transfer_keeps_who_owned_it_before(client: AsyncClient, tenant: Tenant, car: Json, owner: str) -> None:
    company = (await client.post("/v1/companies", json={"name": "Samphan Ltd"})).json()["id"]

    moved = await client.post(f"/v1/assets/{car['id']}/transfers", json={"company_id": company, "note": "ขายต่อ"})
    again = await client.post(f"/v1/assets/{car['id']}/transfers", json={"company_id": company})

    assert (moved.json()["contact_id"], moved.json()["company_id"]) == (None, company)
    assert again.json()["version"] == moved.json()["version"] == 2
    now_, before = (await client.get(f"/v1/assets/{car['id']}/owners")).json()["data"]
    assert (before["contact_id"], before["until"]) == (owner, now_["since"])
    assert (now_["company_id"], now_["until"], now_["note"]) == (company, None, "ขายต่อ")
    assert (await client.get(f"/v1/contacts/{owner}/assets")).json()["data"] == []
    assert (await tenant.staged_types())[-1] == "contacts.asset.updated.v1"


async def test_a_transfer_before_the_present_owner_had_it_is_refused(client: AsyncClient, car: Json) -> None:
    other = (await client.post("/v1/contacts", json={"full_name": "Ada"})).json()["id"]

    body = {"contact_id": other, "transferred_at": "2001-01-01T00:00:00Z"}
    response = await client.post(f"/v1/assets/{car['id']}/transfers", json=body)

    assert (response.status_code, response.json()["code"]) == (422, "transfer_too_early")
    assert (await client.get(f"/v1/assets/{car['id']}")).json() == car


async def test_a_deleted_asset_is_gone_and_its_serial_is_free(client: AsyncClient, car: Json, owner: str) -> None:
    stale = await client.delete(f"/v1/assets/{car['id']}", headers={"If-Match": '"9"'})

    gone = await client.delete(f"/v1/assets/{car['id']}", headers={"If-Match": '"1"'})
    again = await client.post("/v1/assets", json={**CAR, "contact_id": owner})

    assert (stale.status_code, gone.status_code, again.status_code) == (412, 204, 201)
    assert (await client.get(f"/v1/assets/{car['id']}")).status_code == 410


async def test_a_merge_patch_changes_what_it_names(client: AsyncClient, car: Json) -> None:
    response = await client.patch(f"/v1/assets/{car['id']}", json={"status": "in_repair", "place": "ศูนย์ บางนา"})

    changed = {"status": "in_repair", "place": "ศูนย์ บางนา", "version": 2, "updated_at": response.json()["updated_at"]}
    assert response.json() == {**car, **changed}


async def test_half_a_position_is_refused(client: AsyncClient, car: Json) -> None:
    response = await client.patch(f"/v1/assets/{car['id']}", json={"latitude": 13.7})

    assert response.status_code == 422
