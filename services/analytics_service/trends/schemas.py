"""Trends over HTTP."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from analytics_service.trends.months import known_zone
from shared.web import Money, ReadModel

MonthText = Annotated[str, StringConstraints(pattern=r"^(19|2[01])\d\d-(0[1-9]|1[0-2])$")]
TimeZone = Annotated[str, AfterValidator(known_zone)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class GrowthRead(ReadModel):
    """0.25 is a quarter more. Null where there was nothing to compare with."""

    orders: float | None
    revenue: float | None
    customers: float | None


class TrendRead(ReadModel):
    """`customers` bought in this month; `new_customers` bought for the first time, in any currency, in this one."""

    month: MonthText
    orders: int
    revenue: Money | None
    customers: int
    new_customers: int
    cumulative_customers: int
    growth_on_month: GrowthRead
    growth_on_year: GrowthRead


class TrendsRead(ReadModel):
    first: Annotated[MonthText, Field(alias="from")]
    last: Annotated[MonthText, Field(alias="to")]
    time_zone: str
    currency: Annotated[str | None, Field(description="Null while there are no orders.")]
    data: list[TrendRead]
