"""Totals, currencies and returns: what an order is worth."""

from typing import Any

import pytest
from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.tenants import Tenant
from tests.interaction_service.facts import Facts, baht
from tests.interaction_service.orders.placed import CHANGED, LINES, PLACED, order, place


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


async def test_a_patch_of_lines_makes_a_new_total(client: AsyncClient) -> None:
    placed = await place(client, lines=LINES)

    response = await client.patch(f"/v1/orders/{placed['id']}", json={"lines": LINES[1:], "discount": baht("10")})

    assert response.status_code == 200, response.text
    assert (response.json()["total"], response.json()["quantity"]) == (baht("110.00"), "1")


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
