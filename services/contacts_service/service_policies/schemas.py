"""Service policies and performed services over HTTP."""

from datetime import time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StrictFloat

from contacts_service.assets.models import UsageUnit
from contacts_service.contacts.parts import Line100
from contacts_service.contacts.values import clean_lines, clean_text
from shared.web import ClientId, Day, Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.types import ABSENT, JSON_INTEGER, ON_REQUEST, BusinessDay, Clock, ListTotal, TimeZone

Name = Annotated[ShortText, AfterValidator(clean_text)]
Months = Annotated[int, Field(ge=1, le=1200), JSON_INTEGER]
Usage = Annotated[StrictFloat, Field(gt=0, le=1e9, allow_inf_nan=False)]


class ServicePolicyUpdate(WriteModel):
    """A merge patch. The reminder goes out `lead_days` ahead at `remind_time`, both counted in `time_zone`."""

    model_config = examples({"lead_days": 21}, {"every_months": 12, "remind_time": "08:30"})

    name: Name = ABSENT
    service: Name = ABSENT
    kind: Line100 = None
    brand: Line100 = None
    model: Line100 = None
    is_automatic: Annotated[bool, Field(strict=True)] = ABSENT
    every_months: Months | None = None
    first_months: Months | None = None
    every_usage: Usage | None = None
    first_usage: Usage | None = None
    usage_unit: UsageUnit | None = None
    assumed_usage_per_month: Usage | None = None
    lead_days: Annotated[int, Field(ge=0, le=365), JSON_INTEGER] = ABSENT
    remind_time: Clock = ABSENT
    time_zone: TimeZone = ABSENT

    def given(self) -> dict[str, object]:
        """As the model's columns hold it."""
        found: dict[str, object] = self.model_dump(include=self.model_fields_set)
        if "remind_time" in found:
            found["remind_time"] = time.fromisoformat(self.remind_time)
        return found


class ServicePolicyCreate(ServicePolicyUpdate):
    """`every_months`, `every_usage` of `usage_unit`, or whichever comes first. `first_…` where the first time differs.

    It counts for assets whose `kind`, `brand` and `model` it names; unless `is_automatic` is false: then for those only
    that name it. Of several for one `service` the most specific counts. Defaults: 14 days ahead, at 09:00 in Bangkok.
    """

    model_config = examples(
        {"name": "เช็กระยะ Toyota", "service": "ตรวจเช็กระยะ", "kind": "รถยนต์", "brand": "Toyota", "every_months": 6}
        | {"every_usage": 10000, "first_usage": 1000, "usage_unit": "km", "assumed_usage_per_month": 1500},
        {"name": "GA 30 compressor", "service": "Oil and filter", "kind": "compressor", "model": "GA 30"}
        | {"every_months": 12, "every_usage": 4000, "usage_unit": "hours", "time_zone": "Europe/London"},
    )

    name: Name
    service: Name
    id: ClientId | None = None


class ServicePolicyRead(ReadModel):
    id: UUID
    type: Literal["service_policy"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    name: str
    service: str
    kind: str | None
    brand: str | None
    model: str | None
    is_automatic: bool
    every_months: int | None
    first_months: int | None
    every_usage: float | None
    first_usage: float | None
    usage_unit: UsageUnit | None
    assumed_usage_per_month: float | None
    lead_days: int
    remind_time: Clock
    time_zone: Annotated[str, Field(examples=["Asia/Bangkok"])]


class ServicePolicyList(ReadModel):
    data: list[ServicePolicyRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class PerformedServiceCreate(WriteModel):
    """`usage`: what the meter showed; it is kept as a reading. Without `usage_unit`, the policy's unit."""

    model_config = examples(
        {"service": "ตรวจเช็กระยะ", "performed_on": "2026-11-22", "usage": 48210, "note": "เปลี่ยนน้ำมันเครื่อง"},
        {"service": "Oil and filter", "performed_on": "2026-11-22", "usage": 3980, "usage_unit": "hours"},
    )

    service: Name
    performed_on: BusinessDay
    usage: Annotated[StrictFloat, Field(ge=0, le=1e9, allow_inf_nan=False)] | None = None
    usage_unit: UsageUnit | None = None
    centre_id: UUID | None = None
    note: Annotated[str, Field(max_length=20_000), AfterValidator(clean_lines)] | None = None
    id: ClientId | None = None


class PerformedServiceRead(ReadModel):
    """`usage_total` is what all meters of the unit had counted by then, as told or as read last before."""

    id: UUID
    asset_id: UUID
    service: str
    performed_on: Day
    usage_total: float | None
    usage_unit: UsageUnit | None
    centre_id: UUID | None
    note: str | None
    created_at: Instant


class PerformedServiceList(ReadModel):
    data: list[PerformedServiceRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
