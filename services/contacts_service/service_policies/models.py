"""Which assets need which service how often, and what was done."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Float, Index, Integer, String, Text, Time, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.assets.models import match_key
from contacts_service.database import Base
from shared.db import Record
from shared.db.record import Instant, now, take_over
from shared.errors import FieldError, GoneError, NotFoundError, UnprocessableError
from shared.ids import new_id

MORNING = time(9, 0)


class ServicePolicyNotFound(NotFoundError):
    code = "service_policy_not_found"
    title = ("No such service policy", "ไม่พบนโยบายบริการ")


class ServicePolicyDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class ServiceNotFound(NotFoundError):
    code = "performed_service_not_found"
    title = ("No such performed service", "ไม่พบบริการที่ทำแล้ว")


class IntervalRequired(UnprocessableError):
    code = "interval_required"
    title = ("How often is not said", "ต้องระบุระยะเวลาหรือการใช้งาน")


class UnitRequired(UnprocessableError):
    code = "usage_unit_required"
    title = ("The unit of usage is not said", "ต้องระบุหน่วยการใช้งาน")


class UnknownCentre(UnprocessableError):
    code = "unknown_service_centre"
    title = ("No such service centre", "ไม่พบศูนย์บริการ")


class ServicePolicy(Record, Base):
    """`service` every `every_months`, or every `every_usage` of `usage_unit`, whichever comes first; the first time
    after `first_months` or `first_usage`, where they are given.

    It counts for assets of its kind, brand and model (null: any) if it is automatic, and for those that name it.
    """

    __tablename__ = "service_policies"
    type = "service_policy"
    __table_args__ = (
        Index(
            "service_policies_created_at_idx",
            "tenant_id",
            "created_at",
            "id",
            postgresql_where=text("deleted_at is null"),
        ),
    )

    name: Mapped[str] = mapped_column(String(200))
    service: Mapped[str] = mapped_column(String(200))
    service_key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str | None] = mapped_column(String(100))
    kind_key: Mapped[str | None] = mapped_column(String(200))
    brand: Mapped[str | None] = mapped_column(String(100))
    brand_key: Mapped[str | None] = mapped_column(String(200))
    model: Mapped[str | None] = mapped_column(String(100))
    model_key: Mapped[str | None] = mapped_column(String(200))
    is_automatic: Mapped[bool] = mapped_column(Boolean, default=True)
    every_months: Mapped[int | None] = mapped_column(Integer)
    first_months: Mapped[int | None] = mapped_column(Integer)
    every_usage: Mapped[float | None] = mapped_column(Float)
    first_usage: Mapped[float | None] = mapped_column(Float)
    usage_unit: Mapped[str | None] = mapped_column(String(10))
    assumed_usage_per_month: Mapped[float | None] = mapped_column(Float)
    lead_days: Mapped[int] = mapped_column(Integer, default=14)
    remind_time: Mapped[time] = mapped_column(Time, default=MORNING)
    time_zone: Mapped[str] = mapped_column(String(64), default="Asia/Bangkok")

    def change(self, given: Mapping[str, Any]) -> list[str]:
        """Takes over what is given; returns the names of what changed. Raises IntervalRequired, UnitRequired."""
        changed = take_over(self, given)
        self.service_key = match_key(self.service)
        for name in ("kind", "brand", "model"):
            setattr(self, f"{name}_key", match_key(getattr(self, name)) or None)
        if self.every_months is None and self.every_usage is None:
            raise _lacks(IntervalRequired, "every_months", "Give every_months, every_usage or both.")
        if self.every_usage is not None and self.usage_unit is None:
            raise _lacks(UnitRequired, "usage_unit", "Give the usage_unit of every_usage: km, hours or cycles.")
        return changed


class PolicySpread(Base):
    """A policy's change that has reached the assets up to the id `after`, and must go on."""

    __tablename__ = "service_policy_spreads"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    policy_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    after: Mapped[UUID] = mapped_column(Uuid)


class PerformedService(Base):
    """A service that was done; the next one counts from here. `usage_total` is what had been used by then, if known."""

    __tablename__ = "performed_services"
    __table_args__ = (
        Index("performed_services_asset_idx", "tenant_id", "asset_id", "service_key", "performed_on", "id"),
        Index("performed_services_list_idx", "tenant_id", "asset_id", "performed_on", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    asset_id: Mapped[UUID] = mapped_column(Uuid)
    service: Mapped[str] = mapped_column(String(200))
    service_key: Mapped[str] = mapped_column(String(200))
    performed_on: Mapped[date] = mapped_column(Date)
    usage_total: Mapped[float | None] = mapped_column(Float)
    usage_unit: Mapped[str | None] = mapped_column(String(10))
    centre_id: Mapped[UUID | None] = mapped_column(Uuid)
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant, default=now)


def _lacks(error: type[UnprocessableError], field: str, detail: str) -> UnprocessableError:
    return error(detail, errors=[FieldError(error.code, detail, pointer=f"/{field}")])
