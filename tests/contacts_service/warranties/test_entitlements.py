"""What a customer may ask for is used as often as it was promised, whoever asks at once."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient

Json = dict[str, Any]


@pytest.fixture
async def asset(client: AsyncClient) -> str:
    owner = (await client.post("/v1/contacts", json={"full_name": "Ada"})).json()["id"]
    body = {"name": "Hatchback", "kind": "car", "contact_id": owner}
    return str((await client.post("/v1/assets", json=body)).json()["id"])


async def grant(client: AsyncClient, asset: str, **fields: Any) -> Json:
    response = await client.post(f"/v1/assets/{asset}/entitlements", json={"name": "ตรวจเช็กฟรี", **fields})
    assert response.status_code == 201, response.text
    made: Json = response.json()
    return made


async def use(client: AsyncClient, entitlement: Json, **fields: Any) -> Any:
    return await client.post(f"/v1/entitlements/{entitlement['id']}/uses", json=fields)


async def test_of_many_uses_at_once_only_those_promised_succeed(client: AsyncClient, asset: str) -> None:
    entitlement = await grant(client, asset, uses_total=3)

    answers = await asyncio.gather(*(use(client, entitlement) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [409] * 5
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"entitlement_used_up"}
    assert (await client.get(f"/v1/entitlements/{entitlement['id']}")).json()["uses"] == 3
    assert len((await client.get(f"/v1/entitlements/{entitlement['id']}/uses")).json()["data"]) == 3


async def test_one_reference_is_used_once(client: AsyncClient, asset: str) -> None:
    entitlement = await grant(client, asset, uses_total=3)

    answers = await asyncio.gather(*(use(client, entitlement, reference="JOB-1") for _ in range(4)))

    assert {(answer.status_code, answer.json()["uses"]) for answer in answers} == {(200, 1)}


@pytest.mark.parametrize(
    ("used_at", "status"),
    [("2026-03-31T16:59:59Z", 409), ("2026-03-31T17:00:00Z", 200), ("2026-04-30T16:59:59Z", 200),
     ("2026-04-30T17:00:00Z", 409)],
)  # fmt: skip
async def test_it_is_valid_on_days_of_its_own_zone(client: AsyncClient, asset: str, used_at: str, status: int) -> None:
    entitlement = await grant(client, asset, starts_on="2026-04-01", ends_on="2026-04-30")

    response = await use(client, entitlement, used_at=used_at)

    assert response.status_code == status
    assert response.json().get("code") == (None if status == 200 else "entitlement_not_valid")


async def test_a_deleted_one_cannot_be_used(client: AsyncClient, asset: str) -> None:
    entitlement = await grant(client, asset)

    await client.delete(f"/v1/entitlements/{entitlement['id']}")

    assert (await use(client, entitlement)).status_code == 410
    assert (await client.get(f"/v1/assets/{asset}/entitlements")).json()["data"] == []
