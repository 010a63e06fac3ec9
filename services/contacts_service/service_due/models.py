"""When an asset needs which service next: derived from policies, services done and readings, see `recomputing.py`."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Date, Float, Index, Integer, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db.record import Instant
from shared.errors import NotFoundError, UnprocessableError


class Limit(StrEnum):
    """Which of a policy's limits is reached first."""

    TIME = "time"
    USAGE = "usage"


class RateSource(StrEnum):
    """Where the use a day comes from: the asset's own readings, or what its policy assumes until there are two."""

    READINGS = "readings"
    POLICY = "policy"


class ServiceDueNotFound(NotFoundError):
    code = "service_due_not_found"
    title = ("No such service is due", "ไม่พบรายการครบกำหนดบริการ")


class SnoozedIntoThePast(UnprocessableError):
    code = "snoozed_into_the_past"
    title = ("That moment is past", "เวลาที่เลือกผ่านไปแล้ว")


class ServiceDue(Base):
    """The next time for one service of one asset. `due_on` is a day in the policy's time zone, the earlier of
    `due_by_time_on` and `due_by_usage_on`; without it nothing is known yet that it could be forecast from.

    `remind_at` is when a reminder goes out; it is null once that happened. `last_service_id` is the service that the
    interval began with: a new one begins a new due, which is reminded of again.
    """

    __tablename__ = "service_dues"
    __table_args__ = (
        Index("service_dues_asset_idx", "tenant_id", "asset_id", "service_key", unique=True),
        Index("service_dues_due_on_idx", "tenant_id", "due_on", "id", postgresql_where=text("due_on is not null")),
        Index("service_dues_policy_idx", "tenant_id", "policy_id"),
        Index("service_dues_reminders_idx", "remind_at", postgresql_where=text("remind_at is not null")),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(Uuid)
    service_key: Mapped[str] = mapped_column(String(200))
    service: Mapped[str] = mapped_column(String(200))
    policy_id: Mapped[UUID] = mapped_column(Uuid)
    last_service_id: Mapped[UUID | None] = mapped_column(Uuid)
    due_on: Mapped[date | None] = mapped_column(Date)
    reached_by: Mapped[str | None] = mapped_column(String(10))
    base_on: Mapped[date] = mapped_column(Date)
    months: Mapped[int | None] = mapped_column(Integer)
    due_by_time_on: Mapped[date | None] = mapped_column(Date)
    base_usage: Mapped[float | None] = mapped_column(Float)
    every_usage: Mapped[float | None] = mapped_column(Float)
    due_usage: Mapped[float | None] = mapped_column(Float)
    usage_unit: Mapped[str | None] = mapped_column(String(10))
    usage_total: Mapped[float | None] = mapped_column(Float)
    usage_read_on: Mapped[date | None] = mapped_column(Date)
    usage_per_day: Mapped[float | None] = mapped_column(Float)
    rate_source: Mapped[str | None] = mapped_column(String(10))
    due_by_usage_on: Mapped[date | None] = mapped_column(Date)
    lead_days: Mapped[int] = mapped_column(Integer)
    remind_at: Mapped[datetime | None] = mapped_column(Instant)
    reminders: Mapped[int] = mapped_column(Integer, default=0)
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    snoozed_until: Mapped[datetime | None] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
