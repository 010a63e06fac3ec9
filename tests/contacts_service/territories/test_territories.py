from typing import Any

import pytest
from httpx import AsyncClient

from shared.ids import new_id


async def territory(client: AsyncClient, name: str, **fields: Any) -> dict[str, Any]:
    response = await client.post("/v1/territories", json={"name": name, **fields})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def customers(client: AsyncClient) -> dict[str, str]:
    """By name: one who lives in Chiang Mai, one whose shop is there, one in Bangkok, one of whom nothing is known."""
    shop = [{"province": "เชียงใหม่", "postal_code": "50200"}]
    given: dict[str, dict[str, Any]] = {
        "lives": {"home_province": "เชียงใหม่", "customer_class": "consumer"},
        "shop": {"addresses": shop, "customer_class": "retail", "tags": ["VIP"]},
        "bangkok": {"addresses": [{"province": "กรุงเทพมหานคร", "postal_code": "10110"}]},
        "unknown": {},
    }
    return {
        name: (await client.post("/v1/contacts", json={"full_name": name, **fields})).json()["id"]
        for name, fields in given.items()
    }


async def names_in(client: AsyncClient, territory_id: str) -> set[str]:
    response = await client.get(f"/v1/territories/{territory_id}/contacts", params={"include_total": True})
    found = response.json()
    assert found["total"]["value"] == len(found["data"])
    return {each["full_name"] for each in found["data"]}


@pytest.mark.parametrize(
    ("rule", "met"),
    [
        ({"provinces": ["เชียงใหม่"]}, ["lives", "shop"]),
        ({"postal_prefixes": ["50", "57"]}, ["shop"]),
        ({"customer_classes": ["retail", "consumer"]}, ["lives", "shop"]),
        ({"tags": ["VIP", "other"]}, ["shop"]),
        ({"provinces": ["เชียงใหม่"], "customer_classes": ["consumer"]}, ["lives"]),
        ({}, []),
    ],
)
async def test_a_customer_meets_one_value_of_each_condition(
    client: AsyncClient, rule: dict[str, Any], met: list[str]
) -> None:
    await customers(client)
    made = await territory(client, "เหนือ", **rule)

    preview = await client.post("/v1/territories/preview", json=rule)

    assert await names_in(client, made["id"]) == set(met)
    assert preview.json() == {"contacts": {"value": len(met), "relation": "eq"}}


async def test_named_customers_and_those_of_a_company_belong(client: AsyncClient) -> None:
    ids = await customers(client)
    company = (await client.post("/v1/companies", json={"name": "Siam"})).json()["id"]
    await client.patch(f"/v1/contacts/{ids['bangkok']}", json={"company_id": company})

    made = await territory(client, "Key accounts", company_ids=[company], contact_ids=[ids["unknown"]])

    assert await names_in(client, made["id"]) == {"bangkok", "unknown"}


async def test_the_first_territory_that_is_met_has_the_customer(client: AsyncClient) -> None:
    await customers(client)
    wide = await territory(client, "North", provinces=["เชียงใหม่"], priority=20)
    narrow = await territory(client, "VIP", tags=["VIP"], priority=10)
    before = await names_in(client, wide["id"])

    await client.delete(f"/v1/territories/{narrow['id']}")

    assert before == {"lives"}
    assert await names_in(client, wide["id"]) == {"lives", "shop"}
    assert (await client.get(f"/v1/territories/{narrow['id']}/contacts")).status_code == 410


async def test_a_territory_has_one_holder_whose_team_exists(client: AsyncClient) -> None:
    team = (await client.post("/v1/teams", json={"name": "ทีม"})).json()["id"]
    made = await territory(client, "North", team_id=team)

    two = await client.patch(f"/v1/territories/{made['id']}", json={"user_id": str(new_id())})
    unknown = await client.post("/v1/territories", json={"name": "X", "team_id": str(new_id())})
    changed = await client.patch(f"/v1/territories/{made['id']}", json={"priority": 5, "provinces": ["น่าน"]})

    assert (two.status_code, two.json()["code"]) == (422, "two_holders")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_team")
    assert (await client.get(f"/v1/territories/{made['id']}")).json() == changed.json()
    assert [each["priority"] for each in (await client.get("/v1/territories")).json()["data"]] == [5]
