"""What is due, over HTTP."""

from typing import Literal
from uuid import UUID

from contacts_service.service_due.models import Limit, RateSource
from shared.web import Day, Instant, ReadModel, WriteModel, examples
from shared.web.types import ON_REQUEST, BusinessInstant, ListTotal

UnitName = Literal["km", "hours", "cycles"]


class ServiceDueSnooze(WriteModel):
    model_config = examples({"until": "2026-12-01T02:00:00Z"})

    until: BusinessInstant


class ServiceDueListed(ReadModel):
    """`due_on` is the earlier of `due_by_time_on` and `due_by_usage_on`; the fields between say what it comes from."""

    model_config = examples(
        {"asset_name": "รถกระบะ", "kind": "car", "brand": "Toyota", "model": "Hilux", "serial": "MR0EX8CD"}
        | {"service": "ตรวจเช็กระยะ", "reached_by": "usage", "months": 6, "usage_unit": "km", "rate_source": "readings"},
        {"asset_name": "Pickup", "kind": "car", "brand": "Toyota", "model": "Hilux", "serial": "MR0EX8CD"}
        | {"service": "Inspection", "reached_by": "time", "months": 12, "usage_unit": "km", "rate_source": "policy"},
    )

    id: UUID
    type: Literal["service_due"]
    asset_id: UUID
    asset_name: str
    kind: str
    brand: str | None
    model: str | None
    serial: str | None
    contact_id: UUID | None
    company_id: UUID | None
    owner_id: UUID | None
    service: str
    policy_id: UUID
    due_on: Day | None
    reached_by: Limit | None
    base_on: Day
    months: int | None
    due_by_time_on: Day | None
    base_usage: float | None
    every_usage: float | None
    due_usage: float | None
    usage_unit: UnitName | None
    usage_total: float | None
    usage_read_on: Day | None
    usage_per_day: float | None
    rate_source: RateSource | None
    due_by_usage_on: Day | None
    lead_days: int
    remind_at: Instant | None
    reminders: int
    reminded_at: Instant | None
    snoozed_until: Instant | None
    updated_at: Instant


class ServiceDueWords(ReadModel):
    model_config = examples(
        {
            "en": "6 months after 2026-06-01 are over on 2026-12-01",
            "th": "ครบ 6 เดือนนับจาก 2026-06-01 ในวันที่ 2026-12-01",
        }
    )

    en: str
    th: str


class ServiceDueRead(ServiceDueListed):
    """With the reasons in words."""

    explanation: ServiceDueWords


class ServiceDueOfAsset(ReadModel):
    data: list[ServiceDueRead]


class ServiceDueList(ReadModel):
    data: list[ServiceDueListed]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
