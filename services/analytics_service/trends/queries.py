"""Reads of trends: what happened in each month, from the orders and customers that features know."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text

from analytics_service.trends.months import Month, Range
from shared.errors import FieldError, UnprocessableError
from shared.query import Query, Reader

YEAR = 12
COMPARED = ("orders", "revenue", "customers")

CURRENCIES = Query(
    text("""
with recursive found (currency) as (
  (select currency from known_orders where tenant_id = :tenant_id and counted order by currency limit 1)
  union all
  select (select currency from known_orders
    where tenant_id = :tenant_id and counted and currency > found.currency order by currency limit 1)
  from found where found.currency is not null
)
select currency from found where currency is not null order by currency limit 20
""")
)
"""Hops from currency to currency along the index."""

MONTHS = Query(
    text("""
select orders, revenue, customers, new_customers
from unnest(cast(cast(:starts as text[]) as timestamptz[]), cast(cast(:ends as text[]) as timestamptz[]))
  with ordinality as month (starts_at, ends_at, number)
cross join lateral (
  select count(*) filter (where not is_return) as orders, coalesce(sum(amount), 0) as revenue,
    count(distinct coalesce(survivor_id, contact_id)) filter (where not is_return) as customers
  from known_orders
  left join successors on successors.tenant_id = :tenant_id and successors.id = known_orders.contact_id
  where known_orders.tenant_id = :tenant_id and currency = :currency and counted
    and placed_at >= starts_at and placed_at < ends_at
) as sales
cross join lateral (
  select count(*) as new_customers from features
  where tenant_id = :tenant_id and first_currency = :currency
    and first_order_at >= starts_at and first_order_at < ends_at
) as arrivals
order by number
""")
)

CUSTOMERS_BEFORE = Query(
    text("""
select count(*) from features
where tenant_id = :tenant_id and first_currency = :currency
  and first_order_at < cast(cast(:moment as text) as timestamptz)
""")
)


class CurrencyRequired(UnprocessableError):
    code = "currency_required"
    title = ("A currency is needed", "ต้องระบุสกุลเงิน")


class Sales(NamedTuple):
    """What happened in one month."""

    orders: int
    revenue: Decimal
    customers: int
    new_customers: int


async def get_trends(reader: Reader, asked: Range, currency: str | None) -> dict[str, Any]:
    """One row a month, compared with the month and the year before. Raises CurrencyRequired."""
    currency = currency or await _only_currency(reader)
    months = list(asked.first.plus(-YEAR).until(asked.last))
    sales, before = await _read(reader, asked, months, currency)
    return {
        "from": str(asked.first),
        "to": str(asked.last),
        "time_zone": asked.zone.key,
        "currency": currency,
        "data": _rows(months, sales, before, currency),
    }


async def _only_currency(reader: Reader) -> str | None:
    """None for a tenant without orders."""
    found = [row["currency"] for row in await reader.rows(CURRENCIES)]
    if len(found) > 1:
        detail = f"There are orders in {', '.join(found)}: choose one with currency."
        errors = [FieldError("currency_required", detail, parameter="currency")]
        raise CurrencyRequired(detail, errors=errors, currencies=found)
    return found[0] if found else None


async def _read(reader: Reader, asked: Range, months: Sequence[Month], currency: str | None) -> tuple[list[Sales], int]:
    """The sales of each month, and how many customers there were before the first month that was asked for."""
    borders = [month.starts_at(asked.zone).isoformat() for month in (*months, asked.last.plus(1))]
    async with reader.transaction() as connection:
        rows = await reader.run(connection, MONTHS, starts=borders[:-1], ends=borders[1:], currency=currency)
        before = await reader.run(connection, CUSTOMERS_BEFORE, moment=borders[YEAR], currency=currency)
    sales = [Sales(row[0], Decimal(row[1]), row[2], row[3]) for row in rows]
    return sales, before[0][0]


def _rows(
    months: Sequence[Month], sales: Sequence[Sales], customers: int, currency: str | None
) -> list[dict[str, Any]]:
    """For all months but the first twelve, which are there to compare with."""
    rows = []
    for index in range(YEAR, len(months)):
        this = sales[index]
        customers += this.new_customers
        rows.append(
            {
                "month": str(months[index]),
                "orders": this.orders,
                "revenue": {"amount": str(this.revenue), "currency": currency} if currency else None,
                "customers": this.customers,
                "new_customers": this.new_customers,
                "cumulative_customers": customers,
                "growth_on_month": growth(this, sales[index - 1]),
                "growth_on_year": growth(this, sales[index - YEAR]),
            }
        )
    return rows


def growth(this: Sales, base: Sales) -> dict[str, float | None]:
    """0.25 is a quarter more; None where the base is nothing or less."""
    return {name: _rate(getattr(this, name), getattr(base, name)) for name in COMPARED}


def _rate(value: Decimal | int, base: Decimal | int) -> float | None:
    return round(float((value - base) / Decimal(base)), 4) if base > 0 else None
