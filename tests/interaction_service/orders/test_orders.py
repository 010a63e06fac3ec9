from typing import Any

import pytest
from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.interaction_service.facts import baht
from tests.interaction_service.orders.placed import CHANGED, LINES, PLACED, order, place


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"currency": "baht"}, "/currency", "string_pattern_mismatch"),
        ({"source": "My Shop"}, "/source", "string_pattern_mismatch"),
        ({"number": ""}, "/number", "string_too_short"),
        ({"total": baht("-5")}, "/total/amount", "greater_than_equal"),
        ({"total": baht("1.005")}, "/total/amount", "decimal_max_places"),
        ({"total": baht("NaN")}, "/total/amount", "finite_number"),
        ({"total": baht("12 baht")}, "/total/amount", "decimal_parsing"),
        ({"total": "12.30"}, "/total", "model_attributes_type"),
        ({"total": None}, "/total", "model_attributes_type"),
        ({"total": {"amount": "12.30"}}, "/total/currency", "required"),
        ({"total": {"amount": "12.30", "currency": "USD"}}, "/total/currency", "currency_mismatch"),
        ({"discount": {"amount": "1", "currency": "USD"}}, "/discount/currency", "currency_mismatch"),
        ({"currency": "USD", "lines": LINES}, "/lines/0/unit_price/currency", "currency_mismatch"),
        ({"total_amount": "12.30", "total": baht("12.30")}, "/total_amount", "unknown_field"),
        ({"status": "lost"}, "/status", "enum"),
        ({"lines": [{"sku": "X"}]}, "/lines/0", "value_error"),
        ({"lines": [{"amount": baht("1")}]}, "/lines/0", "value_error"),
        ({"lines": [{"sku": "X", "amount": baht("1"), "quantity": 0}]}, "/lines/0/quantity", "greater_than"),
        ({"lines": [{"sku": "X", "amount": baht("1")}] * 501}, "/lines", "too_long"),
        ({"contact_id": None}, "/", "value_error"),
        ({"contact_ref": {"system": "shop"}}, "/contact_ref/id", "required"),
        ({"placed_at": "yesterday"}, "/placed_at", "datetime_from_date_parsing"),
        ({"colour": "red"}, "/colour", "unknown_field"),
    ],
)
async def test_bad_orders_are_named_and_nothing_is_stored(
    client: AsyncClient, tenant: Tenant, fields: dict[str, Any], pointer: str, code: str
) -> None:
    response = await client.post("/v1/orders", json=order(**fields))

    assert response.status_code == 422, response.text
    assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [(pointer, code)]
    assert await tenant.count("orders") == 0


async def test_a_number_is_taken_once_per_source(client: AsyncClient, tenant: Tenant) -> None:
    await place(client)

    same = await client.post("/v1/orders", json=order())
    other_source = await client.post("/v1/orders", json=order(source="web"))

    assert (same.status_code, same.json()["code"]) == (409, "number_taken")
    assert other_source.status_code == 201
    assert await tenant.staged_types() == [PLACED, PLACED]


async def test_an_upsert_by_number_changes_nothing_the_second_time(client: AsyncClient, tenant: Tenant) -> None:
    path = "/v1/orders/by-number/shop/2026%2F77"
    body = {"currency": "THB", "contact_ref": {"system": "shop", "id": "C-1"}, "lines": LINES}

    first = await client.put(path, json=body)
    again = await client.put(path, json=body)
    changed = await client.put(path, json={**body, "status": "paid"})

    assert [each.status_code for each in (first, again, changed)] == [201, 200, 200], first.text
    assert first.json()["number"] == "2026/77"
    assert again.json() == first.json()
    assert (changed.json()["version"], changed.json()["status"]) == (2, "paid")
    assert await tenant.staged_types() == [PLACED, CHANGED]


async def test_a_cancelled_order_stays_cancelled_and_unchanged(client: AsyncClient, tenant: Tenant) -> None:
    path = f"/v1/orders/{(await place(client))['id']}"

    cancelled = await client.post(f"{path}/cancel")
    again = await client.post(f"{path}/cancel")
    patched = await client.patch(path, json={"status": "paid"})
    returned = await client.post(f"{path}/returns", json={"amount": baht("1")})

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert cancelled.json()["cancelled_at"] is not None
    assert again.json() == cancelled.json()
    assert [(each.status_code, each.json()["code"]) for each in (patched, returned)] == [(409, "order_cancelled")] * 2
    assert await tenant.staged_types() == [PLACED, "interactions.order.cancelled.v1"]


async def test_a_patch_to_cancelled_is_a_cancellation(client: AsyncClient, tenant: Tenant) -> None:
    placed = await place(client)

    response = await client.patch(f"/v1/orders/{placed['id']}", json={"status": "cancelled"})

    assert response.json()["cancelled_at"] is not None
    assert await tenant.staged_types() == [PLACED, "interactions.order.cancelled.v1"]


async def test_a_deleted_order_frees_its_number(client: AsyncClient) -> None:
    first = await place(client)
    path = f"/v1/orders/{first['id']}"

    deleted = await client.delete(path, headers={"If-Match": '"1"'})
    gone = await client.get(path)
    second = await place(client)
    clash = await client.post(f"{path}/restore")
    await client.delete(f"/v1/orders/{second['id']}")
    restored = await client.post(f"{path}/restore")

    assert [each.status_code for each in (deleted, gone, clash, restored)] == [204, 410, 409, 200]
    assert clash.json()["code"] == "number_taken"


async def test_a_stale_if_match_changes_nothing(client: AsyncClient, tenant: Tenant) -> None:
    path = f"/v1/orders/{(await place(client))['id']}"
    await client.patch(path, json={"status": "paid"})
    stale = {"If-Match": '"1"'}

    answers = [
        await client.patch(path, json={"status": "shipped"}, headers=stale),
        await client.post(f"{path}/cancel", headers=stale),
        await client.post(f"{path}/returns", json={"amount": baht("1")}, headers=stale),
        await client.delete(path, headers=stale),
    ]

    assert [(each.status_code, each.json()["params"]["current_version"]) for each in answers] == [(412, 2)] * 4
    assert await tenant.staged_types() == [PLACED, CHANGED]


async def test_lists_filter_by_amount_status_and_contact(client: AsyncClient) -> None:
    contact_id = str(new_id())
    for amount in (10, 20, 30):
        await place(client, f"N-{amount}", contact_id=contact_id, total=baht(str(amount)))
    await place(client, "other", status="paid")

    large = (await client.get("/v1/orders", params={"total_amount[gte]": "20", "contact_id": contact_id})).json()
    sorted_ = (await client.get("/v1/orders?sort=-total_amount&limit=2&fields=number,total&include_total=true")).json()
    not_shown = await client.get("/v1/orders?fields=total_amount")
    paid = (
        await client.post("/v1/orders/search", json={"filter": {"field": "status", "op": "eq", "value": "paid"}})
    ).json()

    assert {each["number"] for each in large["data"]} == {"N-20", "N-30"}
    assert [each["number"] for each in sorted_["data"]] == ["other", "N-30"]
    assert [each["total"] for each in sorted_["data"]] == [baht("100.00"), baht("30.00")]
    assert sorted_["total"] == {"value": 4, "relation": "eq"}
    assert (not_shown.status_code, not_shown.json()["code"]) == (422, "unknown_field")
    assert [each["number"] for each in paid["data"]] == ["other"]


async def test_a_batch_places_many_and_bad_items_fail_alone(client: AsyncClient, tenant: Tenant) -> None:
    items: list[dict[str, Any]] = [{"op": "create", "data": order(str(number))} for number in range(100)]
    items.append({"op": "create", "data": order("7")})
    items.append({"op": "create", "data": order("bad", lines=LINES, total=baht("1"))})
    items.append({"op": "upsert", "external_id": {"system": "shop", "id": "7"}, "data": order_fields(status="paid")})
    items.append({"op": "delete", "external_id": {"system": "shop", "id": "8"}})
    other = {"total": {"amount": "1", "currency": "USD"}}
    items.append({"op": "update", "external_id": {"system": "shop", "id": "9"}, "data": other})
    items.append({"op": "create", "data": order("mixed", **other)})

    response = await client.post("/v1/orders/batch", json={"items": items})

    results = response.json()["data"]
    assert response.status_code == 207
    assert [result["status"] for result in results] == [201] * 100 + [409, 422, 200, 204, 422, 422]
    assert [results[index]["problem"]["code"] for index in (101, 104, 105)] == [
        "total_mismatch", "currency_mismatch", "currency_mismatch",
    ]  # fmt: skip
    assert len(await tenant.staged_types()) == 102


def order_fields(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in order(**fields).items() if name not in ("source", "number")}


async def test_a_reader_may_not_write_and_strangers_see_nothing(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    placed = await place(client)
    path = f"/v1/orders/{placed['id']}"

    async with service.client(tenant, "interactions:read") as reader:
        refused = [await reader.post("/v1/orders", json=order("x")), await reader.post(f"{path}/cancel")]
    async with service.client(service.tenant()) as other:
        hidden = [
            await other.get(path),
            await other.patch(path, json={"status": "paid"}),
            await other.post(f"{path}/cancel"),
            await other.post(f"{path}/returns", json={"amount": baht("1")}),
            await other.delete(path),
            await other.get("/v1/orders/by-number/shop/A-1"),
        ]

    assert {each.status_code for each in refused} == {403}
    assert {each.status_code for each in hidden} == {404}
    assert (await client.get(path)).json() == placed
