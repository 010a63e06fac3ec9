"""Reads of service centres and holidays."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, literal, select

from contacts_service.service_centres.models import (
    Holiday,
    ServiceCentre,
    ServiceCentreDeleted,
    ServiceCentreNotFound,
)
from shared.query import Collection, Field, Kind, Query, Reader

CENTRES = ServiceCentre.__table__
HOLIDAYS = Holiday.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, CENTRES.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("service_centre", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT),
    _field("owner_id", Kind.UUID),
    _field("name"),
    _field("latitude", Kind.NUMBER, filterable=False),
    _field("longitude", Kind.NUMBER, filterable=False),
    _field("address", filterable=False),
    _field("phone"),
    _field("time_zone", filterable=False),
    _field("opening_hours", filterable=False),
    _field("special_days", filterable=False),
    _field("open_on_holidays", Kind.BOOLEAN),
    _field("capabilities", Kind.TAGS),
    _field("capacity_per_day", Kind.INTEGER),
    _field("notes", filterable=False),
]
COLLECTION = Collection("service-centres", CENTRES, FIELDS, where=[CENTRES.c.deleted_at.is_(None)])
COLUMNS = [field.expression.label(field.name) for field in FIELDS]
CENTRE_BY_ID = Query(
    select(*COLUMNS, CENTRES.c.deleted_at).where(
        CENTRES.c.tenant_id == bindparam("tenant_id"), CENTRES.c.id == bindparam("id")
    )
)
HOLIDAYS_OF_TENANT = Query(
    select(HOLIDAYS.c.on_day.label("on"), HOLIDAYS.c.name)
    .where(HOLIDAYS.c.tenant_id == bindparam("tenant_id"))
    .order_by(HOLIDAYS.c.on_day)
    .limit(2000)
)


async def get_centre(reader: Reader, centre_id: UUID) -> dict[str, Any]:
    """Raises ServiceCentreNotFound, ServiceCentreDeleted."""
    row = await reader.one_or_none(CENTRE_BY_ID, id=centre_id)
    if row is None:
        raise ServiceCentreNotFound(f"There is no service centre {centre_id}.")
    centre = dict(row)
    if centre.pop("deleted_at") is not None:
        raise ServiceCentreDeleted(f"Service centre {centre_id} was deleted.")
    return centre


async def list_holidays(reader: Reader) -> list[dict[str, Any]]:
    return [dict(row) for row in await reader.rows(HOLIDAYS_OF_TENANT)]


async def holidays(reader: Reader) -> frozenset[date]:
    return frozenset(date.fromisoformat(row["on"]) for row in await reader.rows(HOLIDAYS_OF_TENANT))
