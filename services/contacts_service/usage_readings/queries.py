"""Reads of readings."""

from sqlalchemy import Uuid, bindparam

from contacts_service.usage_readings.models import UsageReading
from shared.query import Collection, Field, Kind

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
