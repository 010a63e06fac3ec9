"""Readings over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictFloat

from contacts_service.assets.models import UsageUnit
from contacts_service.contacts.parts import Line100
from contacts_service.usage_readings.models import ReadingKind
from shared.web import Instant, ReadModel, WriteModel, examples
from shared.web.types import ON_REQUEST, BusinessInstant, ListTotal

ASSET = "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a"
Usage = Annotated[StrictFloat, Field(ge=0, le=1e9, allow_inf_nan=False)]


class ReadingOfMeter(WriteModel):
    """`value` is what the meter shows; `source` who or what read it."""

    value: Usage
    unit: UsageUnit
    read_at: BusinessInstant
    source: Line100 = None

    def row(self) -> dict[str, Any]:
        return {"kind": ReadingKind.READING, **self.model_dump()}


class ReadingCreate(ReadingOfMeter):
    """A lower value than before is a `correction`, or the first of a meter that replaced another."""

    model_config = examples(
        {"value": 48210, "unit": "km", "read_at": "2026-11-22T09:30:00Z", "source": "ศูนย์บริการ บางนา"},
        {"value": 1250.5, "unit": "hours", "read_at": "2026-11-22T09:30:00Z", "source": "telematics"},
    )

    kind: ReadingKind = ReadingKind.READING


class ReadingRow(ReadingOfMeter):
    asset_id: UUID


class Readings(WriteModel):
    """`rows` of a plain reading with its `asset_id` each; checked one by one, so that a bad one fails alone."""

    model_config = examples(
        {"rows": [{"asset_id": ASSET, "value": 48210, "unit": "km", "read_at": "2026-11-22T09:30:00Z"}]}
    )

    rows: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=1000)]


class ReadingRead(ReadModel):
    """`total` counts on over replaced meters. A reading that a later correction contradicts `is_void`."""

    id: UUID
    asset_id: UUID
    unit: UsageUnit
    kind: ReadingKind
    meter: int
    value: float
    total: float
    read_at: Instant
    source: str | None
    is_void: bool
    created_at: Instant


class ReadingList(ReadModel):
    data: list[ReadingRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
