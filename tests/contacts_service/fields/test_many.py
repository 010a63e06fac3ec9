"""Lists in which more values meet a condition than are looked up one by one: then the order of values drives them."""

from typing import Any

import pytest
from httpx import AsyncClient

from shared.query.ways import FEW
from tests.contacts_service.fields.defining import define, names

COUNT = FEW + 50


@pytest.fixture
async def many(client: AsyncClient) -> AsyncClient:
    """All gold but every hundredth; points from 0 on, in the order of creation."""
    await define(client, "points", "number", indexed=True)
    await define(client, "tier", "choice", indexed=True)
    for start in range(0, COUNT, 1_000):
        rows = [
            {"external_id": {"system": "line", "id": str(number)}, "full_name": f"{number:05}"}
            | {"custom_fields": {"points": number, "tier": "silver" if number % 100 == 0 else "gold"}}
            for number in range(start, min(start + 1_000, COUNT))
        ]
        assert (await client.post("/v1/contacts/upsert", json={"rows": rows})).status_code == 200
    return client


async def test_wide_conditions_find_the_same_rows_in_the_same_order(many: AsyncClient) -> None:
    everyone = [f"{number:05}" for number in range(COUNT)]
    newest = await names(many, limit=200)
    gold = {name for name in everyone if int(name) % 100}
    silver: dict[str, Any] = {"limit": 200, "custom_fields.tier": "silver"}
    wide: dict[str, Any] = {"limit": 200, "custom_fields.points[gte]": "5"}

    assert await names(many, limit=200, **{"custom_fields.tier": "gold"}) == [name for name in newest if name in gold]
    assert await names(many, **wide) == [name for name in newest if int(name) >= 5]
    assert await names(many, sort="-custom_fields.points", **wide) == everyone[:4:-1]
    assert await names(many, sort="custom_fields.points", **silver) == everyone[::100]
    assert await names(many, sort="custom_fields.points", **wide, **{"custom_fields.tier": "gold"}) == [
        name for name in everyone[5:] if name in gold
    ]
    total = (
        await many.get("/v1/contacts?include_total=true&custom_fields.points[gte]=1&custom_fields.tier=gold")
    ).json()
    assert total["total"] == {"value": len(gold), "relation": "eq"}
