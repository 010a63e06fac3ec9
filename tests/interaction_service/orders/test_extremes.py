"""Inputs at the edges of what an order can hold, found by generated requests."""

from typing import Any

import pytest
from httpx import AsyncClient

from shared.ids import new_id
from tests.interaction_service.facts import baht

LINE = {"name": "แก้วน้ำ", "unit_price": baht("10")}
DEAR = {"name": "เรือ", "amount": baht("9999999999999999.99")}


def order(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"source": "shop", "number": "A-1", "contact_id": str(new_id()), "lines": lines}


@pytest.mark.parametrize("field", ["sku", "category"])
async def test_an_empty_text_of_a_line_is_null(client: AsyncClient, field: str) -> None:
    response = await client.post("/v1/orders", json=order({**LINE, field: ""}))

    assert response.status_code == 201, response.text
    assert response.json()["lines"][0][field] is None


async def test_a_total_beyond_what_can_be_stored_is_refused(client: AsyncClient) -> None:
    response = await client.post("/v1/orders", json=order(DEAR, DEAR))

    assert (response.status_code, response.json()["code"]) == (422, "order_too_large")


async def test_a_line_that_costs_too_much_names_itself(client: AsyncClient) -> None:
    line = {**LINE, "quantity": "999999999999", "unit_price": baht("99999999999999")}

    response = await client.post("/v1/orders", json=order(*[line] * 20))

    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["pointer"] == "/lines/0"


async def test_one_order_too_large_does_not_stop_a_batch(client: AsyncClient) -> None:
    items = [{"op": "create", "data": order(DEAR, DEAR)}, {"op": "create", "data": order(LINE)}]

    response = await client.post("/v1/orders/batch", json={"items": items})

    assert [each["status"] for each in response.json()["data"]] == [422, 201]


async def test_a_filter_by_more_than_can_be_stored_is_refused(client: AsyncClient) -> None:
    response = await client.get("/v1/orders", params={"returned_amount[gte]": "5.5e+16"})

    assert (response.status_code, response.json()["code"]) == (422, "validation_failed")
