"""Meters do not run backwards, unless somebody says why."""

from typing import Any

import pytest
from httpx import AsyncClient

from shared.ids import new_id

Json = dict[str, Any]


@pytest.fixture
async def asset(client: AsyncClient) -> str:
    owner = (await client.post("/v1/contacts", json={"full_name": "Ada"})).json()["id"]
    body = {"name": "Pickup", "kind": "car", "contact_id": owner}
    return str((await client.post("/v1/assets", json=body)).json()["id"])


def reading(value: float, day: int, **more: Any) -> Json:
    return {"value": value, "unit": "km", "read_at": f"2026-03-{day:02}T00:00:00Z", **more}


async def send(client: AsyncClient, asset: str, value: float, day: int, **more: Any) -> Any:
    return await client.post(f"/v1/assets/{asset}/readings", json=reading(value, day, **more))


async def totals(client: AsyncClient, asset: str) -> list[tuple[float, float, bool]]:
    """Oldest first."""
    found = await client.get(f"/v1/assets/{asset}/readings", params={"sort": "read_at"})
    return [(each["value"], each["total"], each["is_void"]) for each in found.json()["data"]]


@pytest.mark.parametrize(("value", "day"), [(99, 10), (101, 3), (49, 3)])
async def test_a_reading_below_an_earlier_or_above_a_later_one_is_refused(
    client: AsyncClient, asset: str, value: float, day: int
) -> None:
    await send(client, asset, 50, 1)
    await send(client, asset, 100, 5)

    response = await send(client, asset, value, day)

    assert (response.status_code, response.json()["code"]) == (422, "reading_went_down")
    assert "correction" in response.json()["detail"]
    assert len(await totals(client, asset)) == 2


async def test_a_late_reading_takes_its_place_and_the_same_one_again_changes_nothing(
    client: AsyncClient, asset: str
) -> None:
    await send(client, asset, 50, 1)
    await send(client, asset, 100, 5)

    late = await send(client, asset, 70, 3)
    again = await send(client, asset, 70, 3)
    other = await send(client, asset, 71, 3)

    assert late.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["code"]) == (409, "read_differently")
    assert await totals(client, asset) == [(50, 50, False), (70, 70, False), (100, 100, False)]


async def test_a_correction_sets_aside_what_cannot_be_right_beside_it(client: AsyncClient, asset: str) -> None:
    for day, value in ((1, 50), (2, 900), (3, 950)):
        await send(client, asset, value, day)

    response = await send(client, asset, 95, 4, kind="correction")

    assert response.status_code == 201
    assert await totals(client, asset) == [(50, 50, False), (900, 900, True), (950, 950, True), (95, 95, False)]


async def test_a_replaced_meter_counts_on_from_the_one_before(client: AsyncClient, asset: str) -> None:
    await send(client, asset, 1000, 1)

    await send(client, asset, 5, 2, kind="meter_replaced")
    await send(client, asset, 30, 3)
    await send(client, asset, 800, 1, kind="correction")

    assert await totals(client, asset) == [(1000, 1000, True), (800, 800, False), (5, 805, False), (30, 830, False)]


async def test_units_are_apart(client: AsyncClient, asset: str) -> None:
    await send(client, asset, 1000, 1)

    response = await send(client, asset, 5, 2, unit="hours")

    assert (response.status_code, response.json()["total"]) == (201, 5)


async def test_a_batch_takes_readings_of_many_assets_and_a_bad_one_fails_alone(client: AsyncClient, asset: str) -> None:
    rows = [
        {**reading(200, 3), "asset_id": asset},
        {**reading(100, 1), "asset_id": asset},
        {**reading(90, 2), "asset_id": asset},
        {**reading(100, 1), "asset_id": str(new_id())},
        {**reading(-1, 1), "asset_id": asset},
    ]

    response = await client.post("/v1/assets/readings/batch", json={"rows": rows})
    again = await client.post("/v1/assets/readings/batch", json={"rows": rows[:2]})

    results = response.json()["data"]
    assert response.status_code == 207
    assert [each["status"] for each in results] == [201, 201, 422, 404, 422]
    assert again.status_code == 200
    assert [each["id"] for each in again.json()["data"]] == [each["id"] for each in results[:2]]
    assert await totals(client, asset) == [(100, 100, False), (200, 200, False)]


async def test_what_was_recorded_is_found_where_the_answer_says(client: AsyncClient, asset: str) -> None:
    oil = {"service": "เปลี่ยนน้ำมันเครื่อง", "performed_on": "2026-03-02"}
    made = [await send(client, asset, 50, 1), await client.post(f"/v1/assets/{asset}/services", json=oil)]

    found = [await client.get(each.headers["location"]) for each in made]

    assert [each.json() for each in found] == [each.json() for each in made]


@pytest.mark.parametrize("kind", ["readings", "services"])
async def test_what_was_not_recorded_is_not_found(client: AsyncClient, asset: str, kind: str) -> None:
    response = await client.get(f"/v1/assets/{asset}/{kind}/{new_id()}")

    assert response.status_code == 404
