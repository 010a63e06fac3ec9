"""When a service is due, and why: by time, by usage, whichever comes first."""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.contacts_service.service_due.asking import due, policy, read, serve
from tests.contacts_service.service_due.conftest import NewAsset, Work

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("bought", "months", "day"),
    [("2025-08-31", 6, "2026-02-28"), ("2024-02-29", 12, "2025-02-28"), ("2023-08-31", 6, "2024-02-29"),
     ("2026-01-15", 1, "2026-02-15")],
)  # fmt: skip
async def test_by_time_it_is_due_on_the_day_that_corresponds_or_the_months_last(
    client: AsyncClient, new_asset: NewAsset, bought: str, months: int, day: str
) -> None:
    made = await policy(client, every_months=months)
    asset = await new_asset(purchased_on=bought)

    [found] = await due(client, asset)

    assert (found["due_on"], found["reached_by"], found["policy_id"]) == (day, "time", made["id"])
    assert found["explanation"]["en"] == f"{months} months after {bought} are over on {day}"
    assert day in found["explanation"]["th"]


async def test_the_usage_limit_counts_when_it_is_reached_first(client: AsyncClient, new_asset: NewAsset) -> None:
    await policy(client, every_months=12, every_usage=10_000, usage_unit="km")
    asset = await new_asset(purchased_on="2026-01-01")
    for day, value in (("2026-01-01", 0), ("2026-01-11", 500), ("2026-01-21", 1000)):
        await read(client, asset, value, day)

    [found] = await due(client, asset)

    assert (found["usage_per_day"], found["rate_source"], found["due_usage"]) == (50, "readings", 10_000)
    assert (found["due_by_time_on"], found["due_by_usage_on"]) == ("2027-01-01", "2026-07-20")
    assert (found["due_on"], found["reached_by"]) == ("2026-07-20", "usage")
    assert found["explanation"]["en"].startswith(
        "at 50.0 km a day, by its own readings, 10,000 km are reached on 2026-07-20"
    )


async def test_one_wrong_reading_does_not_carry_the_forecast_away(client: AsyncClient, new_asset: NewAsset) -> None:
    await policy(client, every_usage=10_000, usage_unit="km")
    asset = await new_asset(purchased_on="2026-01-01")
    values = {
        "2026-01-01": 0,
        "2026-01-11": 500,
        "2026-01-21": 1000,
        "2026-01-31": 1500,
        "2026-02-10": 1990,
        "2026-02-20": 4000,
    }
    for day, value in values.items():
        await read(client, asset, value, day)

    [found] = await due(client, asset)

    assert found["usage_per_day"] == pytest.approx(50, rel=0.05)


async def test_until_there_are_readings_the_policy_may_assume_the_usage(
    client: AsyncClient, new_asset: NewAsset
) -> None:
    await policy(client, every_usage=10_000, usage_unit="km", assumed_usage_per_month=1522)
    asset = await new_asset(purchased_on="2026-01-01")

    [found] = await due(client, asset)

    assert (found["due_on"], found["rate_source"]) == ("2026-07-20", "policy")


async def test_without_anything_to_forecast_from_it_is_not_known_and_not_listed(
    client: AsyncClient, new_asset: NewAsset
) -> None:
    await policy(client, every_usage=10_000, usage_unit="km")
    asset = await new_asset()

    [found] = await due(client, asset)

    assert (found["due_on"], found["reached_by"], found["remind_at"]) == (None, None, None)
    assert "ยังไม่ทราบ" in found["explanation"]["th"]
    assert (await client.get("/v1/service-due")).json()["data"] == []


async def test_what_is_used_up_already_is_due_since_then(client: AsyncClient, new_asset: NewAsset) -> None:
    await policy(client, every_months=24, every_usage=10_000, usage_unit="km")
    asset = await new_asset(purchased_on="2026-01-01")
    await read(client, asset, 12_345, "2026-03-01")

    [found] = await due(client, asset)

    assert (found["due_on"], found["reached_by"]) == ("2026-03-01", "usage")


async def test_a_performed_service_begins_the_interval_anew(client: AsyncClient, new_asset: NewAsset) -> None:
    await policy(client, every_months=6, first_months=1, every_usage=10_000, first_usage=1_000, usage_unit="km")
    asset = await new_asset(purchased_on="2026-01-01")
    [first] = await due(client, asset)

    done = await serve(client, asset, "2026-01-20", usage=900)

    [second] = await due(client, asset)
    assert (first["due_on"], first["months"], first["due_usage"]) == ("2026-02-01", 1, 1_000)
    assert (done["usage_total"], done["usage_unit"]) == (900, "km")
    assert (second["due_by_time_on"], second["due_usage"]) == ("2026-07-20", 10_900)
    assert (await client.get(f"/v1/assets/{asset}/services")).json()["data"] == [done]


async def test_the_most_specific_policy_counts_and_a_named_one_before_all(
    client: AsyncClient, new_asset: NewAsset
) -> None:
    await policy(client, every_months=12)
    brand = await policy(client, every_months=6, brand="TOYOTA")
    named = await policy(client, every_months=3, kind="tractor", is_automatic=False)
    other = await policy(client, every_months=24, service="เปลี่ยนน้ำมันเบรก")

    asset = await new_asset(purchased_on="2026-01-01")
    before = await due(client, asset)
    await client.patch(f"/v1/assets/{asset}", json={"service_policy_ids": [named["id"]]})

    assert [(each["policy_id"], each["due_on"]) for each in before] == [
        (brand["id"], "2026-07-01"), (other["id"], "2028-01-01")
    ]  # fmt: skip
    assert (await due(client, asset))[0]["policy_id"] == named["id"]


async def test_a_changed_or_deleted_policy_moves_what_is_due(
    client: AsyncClient, new_asset: NewAsset, work: Work
) -> None:
    made = await policy(client, every_months=12)
    asset = await new_asset(purchased_on="2026-01-01")

    await client.patch(f"/v1/service-policies/{made['id']}", json={"every_months": 6})
    moved = await due(client, asset)
    await client.patch(f"/v1/service-policies/{made['id']}", json={"kind": "tractor"})
    other_kind = await due(client, asset)
    await client.patch(f"/v1/service-policies/{made['id']}", json={"kind": None})
    any_kind = await due(client, asset)
    await client.delete(f"/v1/service-policies/{made['id']}")

    assert [each["due_on"] for each in moved] == ["2026-07-01"]
    assert other_kind == []
    assert len(any_kind) == 1
    assert await due(client, asset) == []


async def test_nothing_is_due_for_what_was_sold_or_deleted(client: AsyncClient, new_asset: NewAsset) -> None:
    await policy(client, every_months=12)
    sold, deleted = await new_asset(), await new_asset()

    await client.patch(f"/v1/assets/{sold}", json={"status": "sold"})
    await client.delete(f"/v1/assets/{deleted}")

    assert await due(client, sold) == []
    assert (await client.get("/v1/service-due")).json()["data"] == []


async def test_the_list_has_what_is_due_before_a_day_page_by_page(client: AsyncClient, new_asset: NewAsset) -> None:
    await policy(client, every_months=12)
    assets = [await new_asset(purchased_on=f"2025-0{month}-01") for month in (3, 1, 2, 4)]

    first = await client.get("/v1/service-due", params={"before": "2026-04-01", "limit": 2})
    second = await client.get(
        "/v1/service-due", params={"before": "2026-04-01", "limit": 2, "cursor": first.json()["next_cursor"]}
    )

    listed = first.json()["data"] + second.json()["data"]
    assert [each["asset_id"] for each in listed] == [assets[1], assets[2], assets[0]]
    assert second.json()["next_cursor"] is None
    assert (await client.get(f"/v1/service-due/{listed[0]['id']}")).json()["due_on"] == "2026-01-01"


async def test_a_policy_without_an_interval_or_a_unit_is_refused(client: AsyncClient) -> None:
    neither = await client.post("/v1/service-policies", json={"name": "a", "service": "b"})
    no_unit = await client.post("/v1/service-policies", json={"name": "a", "service": "b", "every_usage": 10})

    assert (neither.status_code, neither.json()["code"]) == (422, "interval_required")
    assert (no_unit.status_code, no_unit.json()["code"]) == (422, "usage_unit_required")
