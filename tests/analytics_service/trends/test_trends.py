"""Months of orders, against the same made in plain Python."""

import random
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from httpx import AsyncClient

from analytics_service.features.consumer import features
from shared.ids import new_id
from shared.messaging.message import Message
from shared.testing.events import dispatch
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.analytics_service.facts import order, order_deleted

Send = Callable[..., Coroutine[Any, Any, None]]
NOTHING = {"orders": None, "revenue": None, "customers": None}


class Bought(NamedTuple):
    contact_id: UUID | None
    amount: str
    placed_at: datetime


@pytest.fixture
def send(service: ServiceUnderTest) -> Send:
    async def send(*messages: Message) -> None:
        await dispatch(features, service.database, *messages)

    return send


async def trends(client: AsyncClient, **params: str) -> Any:
    response = await client.get("/v1/analytics/trends", params=params)
    assert response.status_code == 200, response.text
    return response.json()


def thb(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "THB"}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Bangkok", "America/New_York", "Asia/Kathmandu"])
async def test_every_month_agrees_with_plain_python(tenant: Tenant, client: AsyncClient, send: Send, zone: str) -> None:
    bought = two_years_of_orders()
    await send(*(order(tenant, new_id(), *each) for each in bought))

    found = await trends(client, **{"from": "2024-12", "to": "2026-02", "time_zone": zone})

    assert (found["from"], found["to"], found["time_zone"], found["currency"]) == ("2024-12", "2026-02", zone, "THB")
    assert found["data"] == expected(bought, ZoneInfo(zone), "2024-12", "2026-02")


async def test_a_month_begins_at_midnight_of_the_zone(tenant: Tenant, client: AsyncClient, send: Send) -> None:
    new_year = datetime(2025, 12, 31, 17, 0, tzinfo=UTC)  # 2026-01-01 00:00 in Bangkok
    await send(order(tenant, new_id(), new_id(), "1.00", new_year - timedelta(milliseconds=1)))
    await send(order(tenant, new_id(), new_id(), "10.00", new_year))
    asked = {"from": "2025-12", "to": "2026-01"}

    in_bangkok = await trends(client, **asked, time_zone="Asia/Bangkok")
    in_utc = await trends(client, **asked)

    assert [row["revenue"] for row in in_bangkok["data"]] == [thb("1.00"), thb("10.00")]
    assert [row["revenue"] for row in in_utc["data"]] == [thb("11.00"), thb("0")]


async def test_cancelled_deleted_and_anonymous_orders_and_returns(
    tenant: Tenant, client: AsyncClient, send: Send
) -> None:
    somchai, cancelled, deleted = new_id(), new_id(), new_id()
    at = datetime(2026, 1, 10, tzinfo=UTC)

    await send(order(tenant, cancelled, somchai, "5.00", at), order(tenant, deleted, somchai, "7.00", at))
    await send(
        order(tenant, cancelled, somchai, "5.00", at, version=2, status="cancelled"),
        order_deleted(tenant, deleted, 2),
        order(tenant, new_id(), None, "100.00", at),
        order(tenant, new_id(), somchai, "50.00", at + timedelta(days=1), returned="20.00"),
        order(tenant, new_id(), somchai, "-3.00", at + timedelta(days=2)),
    )

    (row,) = (await trends(client, **{"from": "2026-01", "to": "2026-01"}))["data"]
    assert (row["orders"], row["revenue"], row["customers"], row["new_customers"]) == (2, thb("127.00"), 1, 1)


async def test_growth_is_null_where_there_is_nothing_to_compare_with(
    tenant: Tenant, client: AsyncClient, send: Send
) -> None:
    somchai = new_id()
    for amount, month in (("100.00", 1), ("150.00", 2), ("75.00", 4)):
        await send(order(tenant, new_id(), somchai, amount, datetime(2026, month, 3, tzinfo=UTC)))
    await send(order(tenant, new_id(), somchai, "60.00", datetime(2025, 4, 3, tzinfo=UTC)))

    rows = (await trends(client, **{"from": "2026-01", "to": "2026-04"}))["data"]

    assert [row["growth_on_month"]["revenue"] for row in rows] == [None, 0.5, -1.0, None]
    assert [row["growth_on_year"]["revenue"] for row in rows] == [None, None, None, 0.25]
    assert [row["cumulative_customers"] for row in rows] == [1, 1, 1, 1]


async def test_orders_in_several_currencies_need_a_choice(tenant: Tenant, client: AsyncClient, send: Send) -> None:
    at, ada = datetime(2026, 1, 3, tzinfo=UTC), new_id()
    await send(
        order(tenant, new_id(), new_id(), "100.00", at), order(tenant, new_id(), ada, "9.00", at, currency="USD")
    )
    await send(order(tenant, new_id(), ada, "100.00", at + timedelta(days=1)))
    asked = {"from": "2026-01", "to": "2026-01"}

    unclear = await client.get("/v1/analytics/trends", params=asked)
    in_thb = (await trends(client, **asked, currency="THB"))["data"][0]
    in_usd = (await trends(client, **asked, currency="USD"))["data"][0]

    assert (unclear.status_code, unclear.json()["code"]) == (422, "currency_required")
    assert unclear.json()["errors"][0]["parameter"] == "currency"
    assert (in_thb["customers"], in_thb["new_customers"]) == (2, 1)
    assert (in_usd["revenue"], in_usd["new_customers"]) == ({"amount": "9.00", "currency": "USD"}, 1)


async def test_a_tenant_without_orders_gets_empty_months(client: AsyncClient) -> None:
    found = await trends(client)

    assert found["currency"] is None
    assert len(found["data"]) == 12
    assert found["data"][-1] == {
        "month": found["to"],
        "orders": 0,
        "revenue": None,
        "customers": 0,
        "new_customers": 0,
        "cumulative_customers": 0,
        "growth_on_month": NOTHING,
        "growth_on_year": NOTHING,
    }


async def test_tenants_never_mix(service: ServiceUnderTest, tenant: Tenant, client: AsyncClient, send: Send) -> None:
    other, at = service.tenant(), datetime(2026, 1, 3, tzinfo=UTC)

    await send(order(tenant, new_id(), new_id(), "1.00", at))
    await send(order(other, new_id(), new_id(), "99.00", at, currency="USD"))

    (row,) = (await trends(client, **{"from": "2026-01", "to": "2026-01"}))["data"]
    assert row["revenue"] == thb("1.00")


@pytest.mark.parametrize(
    ("params", "parameter"),
    [
        ({"from": "2026-13"}, "from"),
        ({"to": "2026-1"}, "to"),
        ({"to": "last month"}, "to"),
        ({"from": "0001-01"}, "from"),
        ({"from": "2026-02", "to": "2026-01"}, "from"),
        ({"from": "1999-01", "to": "2019-01"}, "from"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"currency": "baht"}, "currency"),
        ({"month": "2026-01"}, "month"),
    ],
)
async def test_bad_parameters_are_named(client: AsyncClient, params: dict[str, str], parameter: str) -> None:
    response = await client.get("/v1/analytics/trends", params=params)

    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == parameter


async def test_the_longest_range_is_twenty_years(client: AsyncClient) -> None:
    assert len((await trends(client, **{"from": "1999-02", "to": "2019-01"}))["data"]) == 240


def two_years_of_orders() -> list[Bought]:
    """Many of them within a day of a month's border."""
    dice = random.Random(7)
    customers: list[UUID | None] = [*(new_id() for _ in range(40)), None]
    borders = [datetime(2024 + n // 12, n % 12 + 1, 1, tzinfo=UTC) for n in range(26)]
    return [
        Bought(
            dice.choice(customers),
            f"{dice.randrange(100_000) / 100:.2f}",
            dice.choice(borders)
            + timedelta(hours=dice.randrange(-24, 24) if dice.random() < 0.5 else dice.randrange(700)),
        )
        for _ in range(600)
    ]


def expected(bought: Sequence[Bought], zone: ZoneInfo, first: str, last: str) -> list[dict[str, Any]]:
    by_month: dict[str, list[Bought]] = {month: [] for month in months_between("2023-01", last)}
    for each in bought:
        by_month.setdefault(month_of(each, zone), []).append(each)
    firsts: dict[UUID, str] = {}
    for each in sorted(bought, key=lambda each: each.placed_at):
        if each.contact_id is not None:
            firsts.setdefault(each.contact_id, month_of(each, zone))
    return [row(by_month, firsts, month) for month in months_between(first, last)]


def row(by_month: dict[str, list[Bought]], firsts: dict[UUID, str], month: str) -> dict[str, Any]:
    year, number = int(month[:4]), int(month[5:])
    before = f"{year}-{number - 1:02d}" if number > 1 else f"{year - 1}-12"
    orders, revenue, customers = sales(by_month[month])
    return {
        "month": month,
        "orders": orders,
        "revenue": thb(str(revenue)),
        "customers": customers,
        "new_customers": sum(each == month for each in firsts.values()),
        "cumulative_customers": sum(each <= month for each in firsts.values()),
        "growth_on_month": growth(by_month[month], by_month[before]),
        "growth_on_year": growth(by_month[month], by_month[f"{year - 1}{month[4:]}"]),
    }


def sales(bought: Sequence[Bought]) -> tuple[Decimal | int, ...]:
    customers = {each.contact_id for each in bought if each.contact_id is not None}
    return len(bought), sum((Decimal(each.amount) for each in bought), Decimal(0)), len(customers)


def growth(this: Sequence[Bought], base: Sequence[Bought]) -> dict[str, float | None]:
    names = ("orders", "revenue", "customers")
    return {name: rate(now, was) for name, now, was in zip(names, sales(this), sales(base), strict=True)}


def rate(now: Decimal | int, was: Decimal | int) -> float | None:
    return round(float((now - was) / Decimal(was)), 4) if was else None


def month_of(bought: Bought, zone: ZoneInfo) -> str:
    return f"{bought.placed_at.astimezone(zone):%Y-%m}"


def months_between(first: str, last: str) -> list[str]:
    every = [f"{year}-{month:02d}" for year in range(2023, 2027) for month in range(1, 13)]
    return [month for month in every if first <= month <= last]


async def test_the_year_before_the_first_month_is_not_asked_for(client: AsyncClient) -> None:
    answer = await trends(client, to="1900-03")

    assert (answer["from"], len(answer["data"])) == ("1900-01", 3)
