from random import Random
from typing import Any

import pytest
from httpx import AsyncClient

from contacts_service.places.geography import Position, distance_km

BANGKOK, CHIANG_MAI = Position(13.7563, 100.5018), Position(18.7883, 98.9853)


async def stand(client: AsyncClient, *positions: Position) -> list[str]:
    """Companies at these places."""
    items = [{"op": "create", "data": {"name": str(each), "position": each._asdict()}} for each in positions]
    ids: list[str] = []
    for start in range(0, len(items), 200):
        answer = await client.post("/v1/companies/batch", json={"items": items[start : start + 200]})
        assert answer.status_code == 200, answer.text
        ids += [each["id"] for each in answer.json()["data"]]
    return ids


async def nearest(client: AsyncClient, here: Position, **params: Any) -> list[dict[str, Any]]:
    response = await client.get("/v1/companies/nearest", params={**here._asdict(), **params})
    assert response.status_code == 200, response.text
    data: list[dict[str, Any]] = response.json()["data"]
    return data


async def test_a_position_is_kept_changed_and_cleared(client: AsyncClient) -> None:
    made = await client.post("/v1/companies", json={"name": "ร้านมุมถนน", "position": BANGKOK._asdict()})
    url = f"/v1/companies/{made.json()['id']}"

    moved = await client.patch(url, json={"position": CHIANG_MAI._asdict()})
    same = await client.patch(url, json={"position": CHIANG_MAI._asdict()})
    read = (await client.get(url)).json()
    cleared = await client.patch(url, json={"position": None})

    assert made.json()["position"] == BANGKOK._asdict()
    assert moved.json()["position"] == read["position"] == CHIANG_MAI._asdict()
    assert (same.json()["version"], cleared.json()["position"]) == (2, None)
    assert await nearest(client, CHIANG_MAI) == []


async def test_the_nearest_come_first_with_their_true_distances(client: AsyncClient) -> None:
    random = Random(1)
    places = [Position(random.uniform(5.6, 20.4), random.uniform(97.4, 105.6)) for _ in range(400)]
    await stand(client, *places)

    for radius_km in (50, 300, 2000):
        found = await nearest(client, BANGKOK, radius_km=radius_km, limit=50)

        expected = sorted(km for each in places if (km := distance_km(BANGKOK, each)) <= radius_km)
        assert [each["distance_km"] for each in found] == pytest.approx(expected[:50])


@pytest.mark.parametrize(
    ("here", "there", "radius_km"),
    [
        (Position(0, 179.99), Position(0, -179.99), 3),
        (Position(-17.5, -179.999), Position(-17.5, 180), 1),
        (Position(90, 0), Position(89.99, 123), 2),
        (Position(-89.99, 10), Position(-89.99, -170), 3),
        (Position(0, 0), Position(0, 179.99), 20015),
    ],
)
async def test_neither_180_degrees_nor_the_poles_are_an_end(
    client: AsyncClient, here: Position, there: Position, radius_km: float
) -> None:
    (company_id,) = await stand(client, there)

    found = await nearest(client, here, radius_km=radius_km)
    too_far = await nearest(client, here, radius_km=0.99 * distance_km(here, there))

    assert [each["id"] for each in found] == [company_id]
    assert too_far == []


async def test_deleted_companies_are_not_near(client: AsyncClient) -> None:
    first, second = await stand(client, BANGKOK, BANGKOK)
    await client.delete(f"/v1/companies/{first}")

    assert [each["id"] for each in await nearest(client, BANGKOK)] == [second]


@pytest.mark.parametrize(
    "params",
    [{"latitude": 91}, {"longitude": 181}, {"latitude": "nan"}, {"radius_km": 0}, {"radius_km": 30000}, {"limit": 201}],
)
async def test_what_is_no_place_is_refused(client: AsyncClient, params: dict[str, Any]) -> None:
    response = await client.get("/v1/companies/nearest", params={**BANGKOK._asdict(), **params})

    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (422, next(iter(params)))
