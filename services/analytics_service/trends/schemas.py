"""Trends over HTTP."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from analytics_service.trends.months import known_zone
from shared.web import Money, ReadModel, examples

MonthText = Annotated[str, StringConstraints(pattern=r"^(19|2[01])\d\d-(0[1-9]|1[0-2])$")]
TimeZone = Annotated[str, AfterValidator(known_zone)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class GrowthRead(ReadModel):
    """0.25 is a quarter more. Null where there was nothing to compare with."""

    model_config = examples({"orders": 0.25, "revenue": 0.25, "customers": 0.2421})

    orders: float | None
    revenue: float | None
    customers: float | None


class TrendRead(ReadModel):
    """`customers` bought in this month; `new_customers` bought for the first time, in any currency, in this one."""

    model_config = examples(
        {
            "month": "2026-10",
            "orders": 120,
            "revenue": {"amount": "184000.00", "currency": "THB"},
            "customers": 95,
            "new_customers": 21,
            "cumulative_customers": 1_410,
        },
        {
            "month": "2026-11",
            "orders": 150,
            "revenue": {"amount": "230000.00", "currency": "THB"},
            "customers": 118,
            "new_customers": 30,
            "cumulative_customers": 1_440,
        },
    )

    month: MonthText
    orders: int
    revenue: Money | None
    customers: int
    new_customers: int
    cumulative_customers: int
    growth_on_month: GrowthRead
    growth_on_year: GrowthRead


class TrendsRead(ReadModel):
    model_config = examples({"from": "2026-10", "to": "2026-11", "time_zone": "Asia/Bangkok", "currency": "THB"})

    first: Annotated[MonthText, Field(alias="from")]
    last: Annotated[MonthText, Field(alias="to")]
    time_zone: str
    currency: Annotated[str | None, Field(description="Null while there are no orders.")]
    data: list[TrendRead]
