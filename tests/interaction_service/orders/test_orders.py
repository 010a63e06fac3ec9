import asyncio
from typing import Any

import pytest
from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.interaction_service.facts import Facts, baht

PLACED = "interactions.order.placed.v1"
CHANGED = "interactions.order.changed.v1"
LINES = [
    {"sku": "CUP", "name": "แก้วน้ำ", "quantity": 3, "unit_price": baht("33.335"), "category": "kitchen"},
    {"sku": "BAG", "name": "ถุงผ้า", "amount": baht("120")},
]


def order(number: str = "A-1", **fields: Any) -> dict[str, Any]:
    given = {"source": "shop", "number": number, "currency": "THB", "contact_id": str(new_id()), **fields}
    return given if "lines" in given or "total" in given else {**given, "total": baht("100")}


async def place(client: AsyncClient, number: str = "A-1", **fields: Any) -> dict[str, Any]:
    response = await client.post("/v1/orders", json=order(number, **fields))
    assert response.status_code == 201, response.text
    placed: dict[str, Any] = response.json()
    return placed


async def test_the_total_follows_from_lines_discount_and_tax_exactly(client: AsyncClient, facts: Facts) -> None:
    body = order(lines=LINES, discount=baht("20.01"), tax=baht("7"), placed_at="2026-11-20T09:30:00+07:00")

    response = await client.post("/v1/orders", json=body)

    stored = response.json()
    assert response.status_code == 201, stored
    shown = {name: stored[name] for name in ("total", "discount", "tax", "returned", "currency")}
    assert shown == {
        "total": baht("207.00"), "discount": baht("20.01"), "tax": baht("7.00"), "returned": baht("0.00"),
        "currency": "THB",
    }  # fmt: skip
    assert stored["quantity"] == "4"
    assert [(each["line"], each["unit_price"], each["amount"], each["quantity"]) for each in stored["lines"]] == [
        (1, baht("33.335"), baht("100.01"), "3"),
        (2, None, baht("120.00"), "1"),
    ]
    assert stored["external_ids"] == [{"system": "shop", "id": "A-1"}]
    assert (await client.get(f"/v1/orders/{stored['id']}")).json() == stored
    assert (await client.get("/v1/orders/by-number/shop/A-1")).json() == stored
    ((event_type, key, event),) = await facts.staged()
    assert (event_type, key) == (PLACED, body["contact_id"])
    assert (event["order_id"], event["total_amount"], event["line_count"]) == (stored["id"], "207.00", 2)
    assert event["lines"][0] == {"sku": "CUP", "quantity": "3", "amount": "100.01", "category": "kitchen"}


async def test_a_total_that_the_lines_contradict_is_refused_naming_both(client: AsyncClient, tenant: Tenant) -> None:
    response = await client.post("/v1/orders", json=order(lines=LINES, total=baht("220")))

    assert (response.status_code, response.json()["code"]) == (422, "total_mismatch")
    assert response.json()["params"] == {"given": "220.00", "expected": "220.01"}
    assert response.json()["errors"][0]["pointer"] == "/total"
    assert await tenant.count("orders") == 0


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


async def test_an_order_without_lines_and_total_is_refused(client: AsyncClient) -> None:
    body = {"source": "shop", "number": "1", "currency": "THB", "contact_id": str(new_id())}

    response = await client.post("/v1/orders", json=body)

    assert (response.status_code, response.json()["code"]) == (422, "total_required")


@pytest.mark.parametrize("amounts", [{"lines": LINES}, {"total": baht("12.30")}])
async def test_amounts_tell_the_currency(client: AsyncClient, facts: Facts, amounts: dict[str, Any]) -> None:
    body = {"contact_id": str(new_id()), **amounts}

    created = await client.post("/v1/orders", json={"source": "shop", "number": "1", **body})
    put = await client.put("/v1/orders/by-number/shop/2", json=body)

    assert [(each.status_code, each.json()["currency"]) for each in (created, put)] == [(201, "THB")] * 2
    assert [event["currency"] for _, _, event in await facts.staged()] == ["THB"] * 2


async def test_without_amounts_the_currency_is_asked_for(client: AsyncClient) -> None:
    body = {"source": "shop", "number": "1", "contact_id": str(new_id())}

    response = await client.post("/v1/orders", json=body)

    assert (response.status_code, response.json()["code"]) == (422, "currency_required")
    assert response.json()["errors"][0]["pointer"] == "/currency"


async def test_a_patch_in_another_currency_is_refused_unless_it_changes_the_orders(client: AsyncClient) -> None:
    placed = await place(client, discount=baht("1"))
    path, dollars = f"/v1/orders/{placed['id']}", {"amount": "5.00", "currency": "USD"}

    refused = await client.patch(path, json={"total": dollars})
    contradicted = await client.patch(path, json={"currency": "USD", "total": dollars, "tax": baht("1")})
    unchanged = (await client.get(path)).json()
    changed = await client.patch(path, json={"currency": "USD", "total": dollars})

    assert [(each.status_code, each.json()["code"]) for each in (refused, contradicted)] == [
        (422, "currency_mismatch")
    ] * 2
    assert refused.json()["errors"][0]["pointer"] == "/total/currency"
    assert contradicted.json()["errors"][0]["pointer"] == "/tax/currency"
    assert refused.json()["params"] == {"given": "USD", "expected": "THB"}
    assert unchanged == placed
    assert (changed.json()["total"], changed.json()["discount"]["currency"]) == (dollars, "USD")


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


async def test_a_patch_of_lines_makes_a_new_total(client: AsyncClient) -> None:
    placed = await place(client, lines=LINES)

    response = await client.patch(f"/v1/orders/{placed['id']}", json={"lines": LINES[1:], "discount": baht("10")})

    assert response.status_code == 200, response.text
    assert (response.json()["total"], response.json()["quantity"]) == (baht("110.00"), "1")


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


async def test_returned_lines_are_worth_what_they_cost(client: AsyncClient, facts: Facts) -> None:
    path = f"/v1/orders/{(await place(client, lines=LINES))['id']}"

    by_sku = await client.post(f"{path}/returns", json={"lines": [{"sku": "CUP", "quantity": 1}]})
    by_line = await client.post(f"{path}/returns", json={"lines": [{"line": 2, "quantity": 1}], "amount": baht("100")})

    assert by_sku.json()["returned"] == baht("33.34")
    assert by_line.json()["returned"] == baht("133.34")
    assert [line["returned_quantity"] for line in by_line.json()["lines"]] == ["1", "1"]
    event_type, _, event = (await facts.staged())[-1]
    assert (event_type, event["returned_amount"]) == (CHANGED, "133.34")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"lines": [{"sku": "CUP", "quantity": 4}]}, "returned_too_much"),
        ({"amount": baht("220.02")}, "returned_too_much"),
        ({"amount": {"amount": "1", "currency": "USD"}}, "currency_mismatch"),
        ({"amount": baht("0")}, "validation_failed"),
        ({"lines": [{"sku": "HAT", "quantity": 1}]}, "unknown_line"),
        ({"lines": [{"line": 3, "quantity": 1}]}, "unknown_line"),
        ({"lines": [{"line": 1, "sku": "CUP", "quantity": 1}]}, "validation_failed"),
        ({}, "validation_failed"),
    ],
)
async def test_a_return_of_what_was_not_sold_is_refused(
    client: AsyncClient, tenant: Tenant, body: dict[str, Any], code: str
) -> None:
    placed = await place(client, lines=LINES)

    response = await client.post(f"/v1/orders/{placed['id']}/returns", json=body)

    assert (response.status_code, response.json()["code"]) == (422, code)
    assert (await client.get(f"/v1/orders/{placed['id']}")).json() == placed


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


async def test_an_order_that_comes_before_its_contact_is_linked_when_it_arrives(
    client: AsyncClient, facts: Facts
) -> None:
    by_id = await place(client, "1", contact_id=None, contact_ref={"system": "cdnow", "id": "00001"})
    by_email = await place(client, "2", contact_id=None, contact_ref={"system": "email", "id": "Ada@example.com"})
    other = await place(client, "3", contact_id=None, contact_ref={"system": "cdnow", "id": "00002"})
    contact_id = new_id()

    await facts.contact(contact_id, external_ids=[{"system": "cdnow", "id": "00001"}], emails=["ada@example.com"])
    await facts.contact(contact_id, 2, what="updated", external_ids=[{"system": "cdnow", "id": "00001"}])

    linked = (await client.get("/v1/orders", params={"contact_id": str(contact_id), "sort": "created_at"})).json()
    assert [(each["id"], each["version"]) for each in linked["data"]] == [(by_id["id"], 2), (by_email["id"], 2)]
    staged = [(event_type, key) for event_type, key, _ in await facts.staged()]
    assert staged[:3] == [(PLACED, each["id"]) for each in (by_id, by_email, other)]
    assert staged[3:] == [(CHANGED, str(contact_id))] * 2


async def test_orders_and_contacts_that_come_at_the_same_time_do_not_miss_each_other(
    client: AsyncClient, facts: Facts
) -> None:
    refs = [{"system": "cdnow", "id": f"{number:05}"} for number in range(20)]

    await asyncio.gather(
        *(place(client, ref["id"], contact_id=None, contact_ref=ref) for ref in refs),
        *(facts.contact(new_id(), external_ids=[ref]) for ref in refs),
    )

    unlinked = (await client.get("/v1/orders?contact_id[is_null]=true")).json()["data"]
    assert unlinked == []


async def test_a_deleted_order_finds_its_contact_when_it_is_restored(client: AsyncClient, facts: Facts) -> None:
    placed = await place(client, contact_id=None, contact_ref={"system": "cdnow", "id": "00001"})
    await client.delete(f"/v1/orders/{placed['id']}")
    contact_id = new_id()
    await facts.contact(contact_id, external_ids=[{"system": "cdnow", "id": "00001"}])

    restored = await client.post(f"/v1/orders/{placed['id']}/restore")

    assert restored.json()["contact_id"] == str(contact_id)
    assert [(kind, key) for kind, key, _ in await facts.staged()][-1] == (
        "interactions.order.restored.v1",
        str(contact_id),
    )


async def test_an_order_of_a_known_contact_is_linked_at_once(client: AsyncClient, facts: Facts) -> None:
    contact_id = new_id()
    await facts.contact(contact_id, external_ids=[{"system": "cdnow", "id": "00001"}])

    placed = await place(client, contact_id=None, contact_ref={"system": "cdnow", "id": "00001"})

    assert placed["contact_id"] == str(contact_id)
    assert [(event_type, key) for event_type, key, _ in await facts.staged()] == [(PLACED, str(contact_id))]


async def test_the_contact_cannot_be_taken_off_an_order(client: AsyncClient) -> None:
    placed = await place(client)

    response = await client.patch(f"/v1/orders/{placed['id']}", json={"contact_id": None})

    assert (response.status_code, response.json()["code"]) == (422, "contact_required")


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
