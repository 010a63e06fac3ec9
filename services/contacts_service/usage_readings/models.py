"""How much an asset has been used: readings of its meters."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Float, Index, Integer, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db.record import Instant, now
from shared.errors import ConflictError, FieldError, NotFoundError, UnprocessableError
from shared.ids import new_id


class ReadingKind(StrEnum):
    """A correction sets the readings aside that contradict it; a replaced meter counts on from the one before."""

    READING = "reading"
    CORRECTION = "correction"
    METER_REPLACED = "meter_replaced"


class ReadingNotFound(NotFoundError):
    code = "reading_not_found"
    title = ("No such reading", "ไม่พบค่าที่อ่าน")


class ReadingWentDown(UnprocessableError):
    code = "reading_went_down"
    title = ("A meter does not run backwards", "ค่ามิเตอร์ลดลงไม่ได้")


class ReadDifferently(ConflictError):
    code = "read_differently"
    title = ("Another value was read at this moment", "มีค่าอ่านอื่นในเวลาเดียวกันแล้ว")


class UsageReading(Base):
    """`value` is what the meter showed, `total` what all meters of the unit had counted by then."""

    __tablename__ = "usage_readings"
    __table_args__ = (
        Index(
            "usage_readings_asset_idx",
            "tenant_id",
            "asset_id",
            "unit",
            "read_at",
            unique=True,
            postgresql_where=text("not is_void"),
        ),
        Index("usage_readings_list_idx", "tenant_id", "asset_id", "read_at", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    asset_id: Mapped[UUID] = mapped_column(Uuid)
    unit: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(20))
    meter: Mapped[int] = mapped_column(Integer)
    value: Mapped[float] = mapped_column(Float)
    total: Mapped[float] = mapped_column(Float)
    read_at: Mapped[datetime] = mapped_column(Instant)
    source: Mapped[str | None] = mapped_column(String(100))
    is_void: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(Instant, default=now)


class AssetUsage(Base):
    """The newest reading of each unit of an asset, and how fast it is used: null until that is known."""

    __tablename__ = "asset_usages"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    unit: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[float] = mapped_column(Float)
    total: Mapped[float] = mapped_column(Float)
    read_at: Mapped[datetime] = mapped_column(Instant)
    per_day: Mapped[float | None] = mapped_column(Float)


class Point(NamedTuple):
    """A reading among those of its asset and unit."""

    read_at: datetime
    value: float
    total: float
    meter: int
    id: UUID | None = None

    @property
    def base(self) -> float:
        """What the meters before this one had counted."""
        return self.total - self.value


def place(value: float, read_at: datetime, before: Point | None, after: Point | None) -> Point:
    """Where a plain reading belongs between its neighbours; `before` may be of the same moment.

    Raises ReadDifferently, ReadingWentDown.
    """
    if before is not None and before.read_at == read_at and before.value != value:
        detail = f"{before.value:g} was read at this moment. Send the new value as a correction if that was wrong."
        raise ReadDifferently(detail, errors=[FieldError("read_differently", detail, pointer="/value")])
    neighbour = before or after
    point = Point(read_at, value, value + (neighbour.base if neighbour else 0), neighbour.meter if neighbour else 0)
    if before is not None and point.total < before.total:
        raise _went_down(f"It showed {before.value:g} at {before.read_at.isoformat()}, before this reading.")
    if after is not None and point.total > (after.total if after.meter == point.meter else after.base):
        raise _went_down(f"It showed only {after.value:g} at {after.read_at.isoformat()}, after this reading.")
    return point


def _went_down(seen: str) -> ReadingWentDown:
    detail = f"{seen} Check the value, or send it as a correction, or as the first reading of a replaced meter."
    return ReadingWentDown(detail, errors=[FieldError("reading_went_down", detail, pointer="/value")])
