"""Orders as clients send them."""

from typing import Any

from httpx import AsyncClient

from shared.ids import new_id
from tests.interaction_service.facts import baht

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
