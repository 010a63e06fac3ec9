from typing import Any

import pytest
from httpx import AsyncClient

from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.fields.defining import TIER, add, define

TIER_FIELD = {
    "record_type": "contact", "key": "member_tier", "value_type": "choice", "options": TIER,
    "labels": {"th": "ระดับสมาชิก"}, "default": "silver",
}  # fmt: skip


async def test_a_field_is_defined_in_thai_and_english(client: AsyncClient) -> None:
    response = await client.post("/v1/fields", json=TIER_FIELD)

    field = response.json()
    assert response.status_code == 201, field
    assert response.headers["location"] == f"/v1/fields/{field['id']}"
    assert field["labels"] == {"th": "ระดับสมาชิก", "en": "ระดับสมาชิก"}
    assert field["options"][0] == {"key": "gold", "labels": {"th": "ทอง", "en": "Gold"}, "retired": False}
    assert (field["type"], field["default"], field["index"]) == ("field", "silver", "none")
    assert (await client.get(f"/v1/fields/{field['id']}")).json() == field
    assert (await client.get("/v1/fields?record_type=contact")).json()["data"] == [field]
    assert (await client.get("/v1/fields?record_type=company")).json()["data"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"key": "Member-Tier"}, "/key"),
        ({"key": "nickname"}, "/key"),
        ({"key": "custom_fields"}, "/key"),
        ({"labels": {}}, "/labels"),
        ({"options": []}, "/options"),
        ({"options": [TIER[0], TIER[0]]}, "/options"),
        ({"default": "platinum"}, "/default"),
        ({"unique": True}, "/unique"),
        ({"currency": "THB"}, "/currency"),
        ({"target": "company"}, "/target"),
        ({"limits": {"minimum": 1}}, "/limits"),
        ({"value_type": "number", "options": [], "default": 2, "limits": {"minimum": 3, "maximum": 1}}, "/limits"),
        ({"value_type": "money", "options": [], "default": None}, "/currency"),
        ({"value_type": "reference", "options": [], "default": None}, "/target"),
    ],
)
async def test_what_does_not_fit_together_is_refused(client: AsyncClient, change: dict[str, Any], pointer: str) -> None:
    response = await client.post("/v1/fields", json={**TIER_FIELD, **change})

    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["pointer"] == pointer


async def test_a_key_is_taken_for_good(client: AsyncClient) -> None:
    field = await define(client, "size")
    await client.delete(f"/v1/fields/{field['id']}")

    response = await client.post(
        "/v1/fields", json={"record_type": "contact", "key": "size", "value_type": "number", "labels": {"en": "Size"}}
    )

    assert (response.status_code, response.json()["code"]) == (409, "field_key_taken")
    assert f"/v1/fields/{field['id']}/restore" in response.json()["detail"]
    await define(client, "size", record_type="company")


async def test_options_are_retired_not_left_out(client: AsyncClient) -> None:
    field = await define(client, "tier", "choice")
    contact = await add(client, custom={"tier": "gold"})
    path = f"/v1/fields/{field['id']}"

    left_out = await client.patch(path, json={"options": TIER[1:]})
    retired = await client.patch(path, json={"options": [{**TIER[0], "retired": True}, *TIER[1:]]})

    assert (left_out.status_code, left_out.json()["errors"][0]["pointer"]) == (422, "/options")
    assert retired.status_code == 200, retired.text
    fresh = await client.post("/v1/contacts", json={"full_name": "Ada", "custom_fields": {"tier": "gold"}})
    kept = await client.patch(f"/v1/contacts/{contact['id']}", json={"custom_fields": {"tier": "gold"}, "sex": "male"})
    assert (fresh.status_code, fresh.json()["errors"][0]["code"]) == (422, "unknown_option")
    assert kept.json()["custom_fields"] == {"tier": "gold"}


async def test_an_archived_field_keeps_its_values_and_takes_no_new_ones(client: AsyncClient) -> None:
    field = await define(client, "size", "number", required=True)
    contact = await add(client, custom={"size": 44})
    path = f"/v1/contacts/{contact['id']}"

    await client.delete(f"/v1/fields/{field['id']}")

    assert (await client.get(f"/v1/fields/{field['id']}")).status_code == 410
    assert (await client.get("/v1/fields")).json()["data"] == []
    assert (await client.get(path)).json()["custom_fields"] == {"size": 44}
    refused = await client.patch(path, json={"custom_fields": {"size": 45}})
    assert refused.json()["errors"][0]["code"] == "field_archived"
    assert (await client.post("/v1/contacts", json={"full_name": "Ada"})).status_code == 201
    assert (await client.get("/v1/contacts?custom_fields.size=44")).status_code == 422
    assert (await client.post(f"/v1/fields/{field['id']}/restore")).status_code == 200
    assert (await client.patch(path, json={"custom_fields": {"size": 45}})).json()["custom_fields"] == {"size": 45}


async def test_a_tenant_has_at_most_200_fields_of_a_record_type(tenant: Tenant, client: AsyncClient) -> None:
    fields = [await define(client, f"field_{number}") for number in range(200)]

    over = await client.post("/v1/fields", json=TIER_FIELD)
    await client.delete(f"/v1/fields/{fields[0]['id']}")

    assert (over.status_code, over.json()["code"], over.json()["params"]) == (409, "too_many_fields", {"limit": 200})
    assert (await client.post("/v1/fields", json=TIER_FIELD)).status_code == 201
    assert (await client.post(f"/v1/fields/{fields[0]['id']}/restore")).status_code == 409


async def test_at_most_20_fields_are_indexed(client: AsyncClient) -> None:
    for number in range(20):
        await define(client, f"field_{number}", indexed=True)
    field = await define(client, "one_more")

    response = await client.post(f"/v1/fields/{field['id']}/index")

    assert (response.status_code, response.json()["code"]) == (409, "too_many_indexes")


async def test_who_may_not_configure_reads_only(service: ServiceUnderTest, tenant: Tenant) -> None:
    async with service.client(tenant, "contacts:read", "contacts:write") as sales:
        assert (await sales.get("/v1/fields")).status_code == 200
        assert (await sales.post("/v1/fields", json=TIER_FIELD)).status_code == 403


async def test_other_tenants_have_fields_of_their_own(service: ServiceUnderTest, client: AsyncClient) -> None:
    field = await define(client, "size", "number")

    async with service.client(service.tenant()) as stranger:
        assert (await stranger.get(f"/v1/fields/{field['id']}")).status_code == 404
        body = {"full_name": "Ada", "custom_fields": {"size": 1}}
        assert (await stranger.post("/v1/contacts", json=body)).status_code == 422
        await define(stranger, "size")
