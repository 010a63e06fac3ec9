"""Values of another type than the document says are refused, found by generated requests."""

import pytest
from httpx import AsyncClient


@pytest.mark.parametrize("moment", ["0.5", "1700000000", "-1"])
async def test_a_bare_number_is_no_instant(client: AsyncClient, moment: str) -> None:
    response = await client.get("/v1/contacts", params={"updated_at[ne]": moment})

    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["parameter"] == "updated_at[ne]"


@pytest.mark.parametrize("value", [0, 1, "true", "no"])
async def test_only_true_and_false_are_boolean(client: AsyncClient, value: object) -> None:
    items = [{"op": "create", "data": {"full_name": "มาลี"}}]

    batch = await client.post("/v1/contacts/batch", json={"items": items, "atomic": value})
    search = await client.post("/v1/contacts/search", json={"include_total": value})
    phones = [{"value": "081-234-5678", "primary": value}]
    contact = await client.post("/v1/contacts", json={"full_name": "มาลี", "phones": phones})

    assert [batch.status_code, search.status_code, contact.status_code] == [422, 422, 422]


@pytest.mark.parametrize("day", ["0099-03-21", "1899-12-31", "2200-01-01"])
async def test_a_day_of_business_is_of_these_centuries(client: AsyncClient, day: str) -> None:
    owner = (await client.post("/v1/contacts", json={"full_name": "มาลี"})).json()["id"]
    body = {"name": "รถกระบะ", "kind": "car", "contact_id": owner, "purchased_on": day}

    response = await client.post("/v1/assets", json=body)

    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["pointer"] == "/purchased_on"
