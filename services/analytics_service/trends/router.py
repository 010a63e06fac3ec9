"""/v1/analytics/trends"""

from typing import Annotated

from fastapi import Query, Response

from analytics_service.trends import queries
from analytics_service.trends.months import read_range
from analytics_service.trends.schemas import Currency, MonthText, TimeZone, TrendsRead
from shared.web import APIRouter, ReaderDep, requires
from shared.web.responses import json_response

router = APIRouter(prefix="/v1/analytics", tags=["analytics"])
READ = [requires("analytics:read")]


@router.get("/trends", response_model=TrendsRead, dependencies=READ)
async def get_trends(
    reader: ReaderDep,
    first: Annotated[MonthText | None, Query(alias="from", description="The first month, such as 2026-01.")] = None,
    last: Annotated[MonthText | None, Query(alias="to", description="The last month; now if it is left out.")] = None,
    time_zone: Annotated[TimeZone, Query(description="In which months begin: an IANA name.")] = "UTC",
    currency: Annotated[Currency | None, Query(description="Needed where orders are in several.")] = None,
) -> Response:
    """Get sales by month. Orders, revenue and customers of at most 240 months, the last twelve by default."""
    return json_response(await queries.get_trends(reader, read_range(first, last, time_zone), currency))
