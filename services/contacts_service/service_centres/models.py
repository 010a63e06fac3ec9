"""Where assets are looked after."""

from collections.abc import Mapping
from datetime import date
from math import floor
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Float, Index, Integer, SmallInteger, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db import Record
from shared.db.record import take_over
from shared.errors import GoneError, NotFoundError, UnprocessableError

LIVE = text("deleted_at is null")


ROWS_PER_DEGREE = 10
"""Centres are indexed by rows of latitude, 11 km high, and by longitude inside a row."""


def row_of(latitude: float) -> int:
    return floor(latitude * ROWS_PER_DEGREE)


class ServiceCentreNotFound(NotFoundError):
    code = "service_centre_not_found"
    title = ("No such service centre", "ไม่พบศูนย์บริการ")


class ServiceCentreDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class PositionUnknown(UnprocessableError):
    code = "position_unknown"
    title = ("The position is not known", "ไม่ทราบตำแหน่ง")


class PositionRequired(UnprocessableError):
    code = "position_required"
    title = ("Near what is not said", "ต้องระบุตำแหน่ง")


class ServiceCentre(Record, Base):
    """`opening_hours` and `special_days` are as `opening.py` reads them; `capacity_per_day` is a number of jobs.

    What is near is looked up by `latitude_row`, which deleted centres do not have: a partial index would compete with
    the other one, and until its first ANALYZE the planner takes every partial index for empty and picks any.
    """

    __tablename__ = "service_centres"
    type = "service_centre"
    __table_args__ = (
        Index("service_centres_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
        Index("service_centres_position_idx", "tenant_id", "latitude_row", "longitude"),
    )

    name: Mapped[str] = mapped_column(String(200))
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)
    latitude_row: Mapped[int | None] = mapped_column(SmallInteger)
    address: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    phone: Mapped[str | None] = mapped_column(String(20))
    time_zone: Mapped[str] = mapped_column(String(64), default="Asia/Bangkok")
    opening_hours: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    special_days: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    open_on_holidays: Mapped[bool] = mapped_column(Boolean, default=False)
    capabilities: Mapped[list[str]] = mapped_column(ARRAY(String(50)), default=list)
    capacity_per_day: Mapped[int | None] = mapped_column(Integer)
    notes: Mapped[str | None] = mapped_column(Text)

    def change(self, given: Mapping[str, Any]) -> list[str]:
        """Takes over what is given; returns the names of what changed, sorted."""
        changed = take_over(self, given)
        self.latitude_row = row_of(self.latitude)
        return changed


class Holiday(Base):
    """A day on which the tenant's centres are closed, unless they say otherwise."""

    __tablename__ = "service_centre_holidays"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    on_day: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
