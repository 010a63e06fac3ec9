"""The nearest centre that is open, for a contact, an asset or a position."""

from random import Random
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from contacts_service.places.geography import Position, distance_km
from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant

Json = dict[str, Any]
HERE = {"latitude": 13.75, "longitude": 100.50}
DAILY = [{"weekday": day, "opens": "08:30", "closes": "17:30"} for day in range(1, 8)]
NOON, NIGHT = "2026-11-23T05:00:00Z", "2026-11-22T20:00:00Z"  # of Monday in Bangkok: 12:00, 03:00


async def centre(client: AsyncClient, north_km: float = 0.0, **fields: Any) -> Json:
    place = {**HERE, "latitude": HERE["latitude"] + north_km / 111.195}
    body = {"name": f"ศูนย์ {north_km:g}", "opening_hours": DAILY, **place, **fields}
    response = await client.post("/v1/service-centres", json=body)
    assert response.status_code == 201, response.text
    made: Json = response.json()
    return made


async def nearest(client: AsyncClient, **params: Any) -> Json:
    response = await client.get("/v1/service-centres/nearest", params=params)
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


def names(centres: list[Json]) -> list[str]:
    return [each["name"] for each in centres]


async def test_the_nearest_come_first_with_their_distance(client: AsyncClient) -> None:
    far, near = await centre(client, 30), await centre(client, 2)
    await centre(client, 300)

    found = await nearest(client, **HERE)

    assert [(each["id"], each["distance_km"]) for each in found["data"]] == [
        (near["id"], pytest.approx(2, rel=1e-4)), (far["id"], pytest.approx(30, rel=1e-4))
    ]  # fmt: skip
    assert (found["position_source"], found["is_complete"]) == ("given", True)


async def test_a_nearer_centre_that_is_closed_is_passed_over_and_says_when_it_opens(client: AsyncClient) -> None:
    night = [{"weekday": 7, "opens": "18:00", "closes": "04:00"}]
    await centre(client, 1)
    await centre(client, 9, opening_hours=night)

    found = await nearest(client, **HERE, open_at=NIGHT, limit=1)

    [open_], [closed] = found["data"], found["closed"]
    assert (open_["name"], open_["closes_at"]) == ("ศูนย์ 9", "2026-11-22T21:00:00.000Z")
    assert (closed["name"], closed["is_open"], closed["next_opening_at"]) == (
        "ศูนย์ 1", False, "2026-11-23T01:30:00.000Z"
    )  # fmt: skip


async def test_holidays_close_all_but_those_that_say_otherwise(client: AsyncClient) -> None:
    await centre(client, 1)
    await centre(client, 2, open_on_holidays=True)
    await centre(client, 3, special_days=[{"on": "2026-11-23", "hours": [{"opens": "11:00", "closes": "13:00"}]}])
    await centre(client, 4, special_days=[{"on": "2026-11-23"}], open_on_holidays=True)

    before = await nearest(client, **HERE, open_at=NOON)
    holidays = {"data": [{"on": "2026-11-23", "name": "วันหยุดพิเศษ"}]}
    put = await client.put("/v1/service-centres/holidays", json=holidays)
    after = await nearest(client, **HERE, open_at=NOON)

    assert names(before["data"]) == ["ศูนย์ 1", "ศูนย์ 2", "ศูนย์ 3"]
    assert names(after["data"]) == ["ศูนย์ 2", "ศูนย์ 3"]
    assert put.json() == (await client.get("/v1/service-centres/holidays")).json() == holidays


async def test_only_centres_with_the_capabilities_are_found(client: AsyncClient) -> None:
    await centre(client, 1, capabilities=["ยาง"])
    await centre(client, 2, capabilities=["ยาง", "รถยนต์ไฟฟ้า"])

    found = await nearest(client, **HERE, capability="รถยนต์ไฟฟ้า,ยาง")

    assert names(found["data"]) == ["ศูนย์ 2"]


@pytest.mark.parametrize(
    ("here", "there", "km"),
    [((-16.5, 179.99), (-16.5, -179.99), 2.13), ((89.99, 0.0), (89.99, 180.0), 2.22),
     ((-90.0, 0.0), (-89.98, 120.0), 2.22), ((0.0, 180.0), (0.0, -180.0), 0)],
)  # fmt: skip
async def test_across_the_antimeridian_and_the_poles(
    client: AsyncClient, here: tuple[float, float], there: tuple[float, float], km: float
) -> None:
    await centre(client, latitude=there[0], longitude=there[1])

    found = await nearest(client, latitude=here[0], longitude=here[1], radius_km=5)

    assert [each["distance_km"] for each in found["data"]] == [pytest.approx(km, abs=0.01)]


async def test_it_agrees_with_looking_at_every_centre(
    client: AsyncClient, service: ServiceUnderTest, tenant: Tenant
) -> None:
    random = Random(7)
    places = [Position(random.uniform(5.6, 20.5), random.uniform(97.3, 105.7)) for _ in range(400)]
    places += [Position(13.7 + random.gauss(0, 0.2), 100.5 + random.gauss(0, 0.2)) for _ in range(400)]
    await centre(client, latitude=-60)
    copies = text("""
        insert into service_centres (tenant_id, id, version, created_at, updated_at, name, latitude, longitude,
          latitude_row, time_zone, opening_hours, special_days, open_on_holidays, capabilities)
        select tenant_id, gen_random_uuid(), 1, now(), now(), name, place.latitude, place.longitude,
          floor(place.latitude * 10), time_zone, opening_hours, special_days, false, '{}'
        from service_centres,
          unnest(cast(:latitudes as float[]), cast(:longitudes as float[])) as place (latitude, longitude)
    """)
    async with service.database.transaction(tenant.context) as session:
        await session.execute(copies, {"latitudes": [p[0] for p in places], "longitudes": [p[1] for p in places]})

    for here in (Position(13.7, 100.5), Position(9.1, 99.3), Position(18.8, 98.9)):
        found = await nearest(client, **here._asdict(), limit=50, radius_km=700)
        expected = sorted(round(distance_km(here, place), 3) for place in places)[:50]
        assert [each["distance_km"] for each in found["data"]] == pytest.approx(expected, abs=0.002)


async def test_near_a_contact_its_asset_or_its_company(client: AsyncClient) -> None:
    await centre(client, 1)
    company = await client.post("/v1/companies", json={"name": "ร้าน", "addresses": [{"city": "x", **HERE}]})
    of_company = {"full_name": "สมชาย", "company_id": company.json()["id"], "addresses": [{"city": "ที่ไม่ทราบพิกัด"}]}
    employee = (await client.post("/v1/contacts", json=of_company)).json()["id"]
    addresses = [{"latitude": 0, "longitude": 0}, {**HERE, "primary": True}]
    contact = (await client.post("/v1/contacts", json={"full_name": "มาลี", "addresses": addresses})).json()["id"]
    car = {"name": "รถ", "kind": "car", "contact_id": employee}
    with_position = (await client.post("/v1/assets", json={**car, "latitude": 13.76, "longitude": 100.5})).json()["id"]
    without = (await client.post("/v1/assets", json=car)).json()["id"]

    found = [
        await nearest(client, **asked)
        for asked in (
            {"contact_id": contact},
            {"contact_id": employee},
            {"asset_id": with_position},
            {"asset_id": without},
        )
    ]

    sources = ["contact_address", "company_address", "asset", "company_address"]
    assert [each["position_source"] for each in found] == sources
    assert [each["data"][0]["distance_km"] for each in found] == [1.0, 1.0, pytest.approx(0.112, abs=0.01), 1.0]


async def test_without_any_position_the_cure_is_named(client: AsyncClient) -> None:
    contact = (await client.post("/v1/contacts", json={"full_name": "Ada", "addresses": [{"city": "London"}]})).json()[
        "id"
    ]

    response = await client.get("/v1/service-centres/nearest", params={"contact_id": contact})

    assert (response.status_code, response.json()["code"]) == (422, "position_unknown")
    assert "latitude" in response.json()["detail"]


@pytest.mark.parametrize(
    ("params", "status"),
    [({}, 422), ({"latitude": 1}, 422), ({**HERE, "contact_id": str(new_id())}, 422), ({**HERE, "latitude": 91}, 422),
     ({**HERE, "open_at": "soon"}, 422), ({**HERE, "limit": 51}, 422), ({"contact_id": str(new_id())}, 404),
     ({"asset_id": str(new_id())}, 404), ({**HERE, "open_at": "9999-12-31T23:59:59Z"}, 422),
     ({**HERE, "open_at": "now"}, 200)],
)  # fmt: skip
async def test_what_cannot_be_answered_is_refused(client: AsyncClient, params: Json, status: int) -> None:
    response = await client.get("/v1/service-centres/nearest", params=params)

    assert response.status_code == status, response.text


@pytest.mark.parametrize("open_at", ["soon", "1630-09-29T20:04:56Z"])
async def test_an_hour_that_nobody_can_ask_for_is_named(client: AsyncClient, open_at: str) -> None:
    response = await client.get("/v1/service-centres/nearest", params={**HERE, "open_at": open_at})

    assert [each["parameter"] for each in response.json()["errors"]] == ["open_at"]
    assert "now" not in response.json()["detail"]


async def test_a_centre_is_changed_and_deleted(client: AsyncClient) -> None:
    made = await centre(client, 1, capacity_per_day=20)

    moved = await client.patch(f"/v1/service-centres/{made['id']}", json={"latitude": 14.75, "capacity_per_day": 24})
    near_old, near_new = (
        await nearest(client, **HERE, radius_km=50),
        await nearest(client, latitude=14.75, longitude=100.5),
    )
    await client.delete(f"/v1/service-centres/{made['id']}")

    assert moved.json()["capacity_per_day"] == 24
    assert (near_old["data"], len(near_new["data"])) == ([], 1)
    assert (await client.get(f"/v1/service-centres/{made['id']}")).status_code == 410
    assert (await nearest(client, latitude=14.75, longitude=100.5))["data"] == []


async def test_a_recommendation_is_told_to_the_others(client: AsyncClient, tenant: Tenant) -> None:
    made = await centre(client, 1)
    contact = (await client.post("/v1/contacts", json={"full_name": "Ada"})).json()["id"]

    response = await client.post(
        f"/v1/service-centres/{made['id']}/recommendations", json={"contact_id": contact, "distance_km": 1}
    )

    assert (response.status_code, response.json()["centre_name"]) == (200, "ศูนย์ 1")
    assert (await tenant.staged_types())[-1] == "contacts.centre.recommended.v1"


async def test_half_a_position_of_an_address_is_refused(client: AsyncClient) -> None:
    response = await client.post("/v1/contacts", json={"full_name": "Ada", "addresses": [{"latitude": 1}]})

    assert response.status_code == 422
