"""The CDNOW data set: 18 months of all orders of 23,570 customers of a shop (Fader and Hardie)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from uuid import UUID

from httpx import AsyncClient

from analytics_service.features.consumer import features
from shared.ids import new_id
from shared.messaging.message import Message
from shared.testing.events import dispatch
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.analytics_service.facts import order

FILE = Path(__file__).parents[2] / "deploy/local/demo/cdnow_master.txt"
LINES = 7_001


def told() -> list[list[str]]:
    """The first tenth; `tests/e2e` has the whole come through the events."""
    return [line.split() for line in FILE.read_text().splitlines()[1:LINES]]


def placed_orders(tenant: Tenant, customers: Mapping[str, UUID]) -> Iterator[Message]:
    for customer, day, _, amount in told():
        placed_at = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
        yield order(tenant, new_id(), customers[customer], amount, placed_at, currency="USD")


async def test_the_totals_of_cdnow(service: ServiceUnderTest, tenant: Tenant, client: AsyncClient) -> None:
    customers: Mapping[str, UUID] = defaultdict(new_id)
    orders = placed_orders(tenant, customers)
    while batch := list(islice(orders, 500)):
        await dispatch(features, service.database, *batch)

    found = (await client.get("/v1/analytics/trends", params={"from": "1997-01", "to": "1998-06"})).json()
    one = (await client.get(f"/v1/contacts/{customers['00002']}/metrics")).json()

    assert sum(row["orders"] for row in found["data"]) == len(told())
    assert sum(Decimal(row["revenue"]["amount"]) for row in found["data"]) == sum(Decimal(each[3]) for each in told())
    assert sum(row["new_customers"] for row in found["data"]) == len(customers)
    assert found["data"][-1]["cumulative_customers"] == len(customers)
    assert await tenant.count("features where order_count > 0") == len(customers)
    assert (one["frequency"], one["monetary"]["amount"], one["first_order_at"][:10]) == (2, "89.00", "1997-01-12")
