"""Reads of readings."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from contacts_service.usage_readings.models import ReadingNotFound, UsageReading
from shared.query import Collection, Field, Kind, Query, Reader

READINGS = UsageReading.__table__
FIELDS = [
    Field("id", READINGS.c.id, Kind.UUID, nullable=False),
    Field("asset_id", READINGS.c.asset_id, Kind.UUID, filterable=False),
    Field("unit", READINGS.c.unit, Kind.TEXT),
    Field("kind", READINGS.c.kind, Kind.TEXT),
    Field("meter", READINGS.c.meter, Kind.INTEGER, filterable=False),
    Field("value", READINGS.c.value, Kind.NUMBER, filterable=False),
    Field("total", READINGS.c.total, Kind.NUMBER, filterable=False),
    Field("read_at", READINGS.c.read_at, Kind.INSTANT, sortable=True, nullable=False),
    Field("source", READINGS.c.source, Kind.TEXT),
    Field("is_void", READINGS.c.is_void, Kind.BOOLEAN),
    Field("created_at", READINGS.c.created_at, Kind.INSTANT, filterable=False),
]
OF_ASSET = READINGS.c.asset_id == bindparam("asset_id", type_=Uuid)
COLLECTION = Collection("usage-readings", READINGS, FIELDS, where=[OF_ASSET], default_sort="-read_at")
READING = Query(
    select(*(field.expression.label(field.name) for field in FIELDS)).where(
        READINGS.c.tenant_id == bindparam("tenant_id"), READINGS.c.id == bindparam("id"), OF_ASSET
    )
)


async def get_reading(reader: Reader, asset_id: UUID, reading_id: UUID) -> dict[str, Any]:
    """Raises ReadingNotFound."""
    row = await reader.one_or_none(READING, asset_id=asset_id, id=reading_id)
    if row is None:
        raise ReadingNotFound(f"The asset {asset_id} has no reading {reading_id}.")
    return dict(row)
