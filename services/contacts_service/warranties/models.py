"""What a customer may ask for: warranties by their cards, and entitlements."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Date, Float, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from contacts_service.moving import goes_along
from shared.db import Record
from shared.db.record import Instant
from shared.errors import ConflictError, GoneError, NotFoundError
from shared.ids import new_id

LIVE = text("deleted_at is null")


class WarrantyKind(StrEnum):
    """An extended warranty begins where the asset's last one ends, unless it says when."""

    STANDARD = "standard"
    EXTENDED = "extended"


class WarrantyNotFound(NotFoundError):
    code = "warranty_not_found"
    title = ("No such warranty", "ไม่พบการรับประกัน")


class WarrantyDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class CardTaken(ConflictError):
    code = "card_number_taken"
    title = ("This card was registered otherwise", "บัตรรับประกันนี้ลงทะเบียนด้วยข้อมูลอื่นแล้ว")


class EntitlementNotFound(NotFoundError):
    code = "entitlement_not_found"
    title = ("No such entitlement", "ไม่พบสิทธิ์")


class EntitlementDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class EntitlementUsedUp(ConflictError):
    code = "entitlement_used_up"
    title = ("It is used up", "ใช้สิทธิ์ครบแล้ว")


class EntitlementNotValid(ConflictError):
    code = "entitlement_not_valid"
    title = ("It is not valid on that day", "สิทธิ์ใช้ไม่ได้ในวันนั้น")


class Warranty(Record, Base):
    """`ends_on` is the last day covered, in `time_zone`; null if only usage ends it. `contact_id` registered it.

    `registration` is a hash of what was sent: the same card may be sent again, not with something else. `remind_at` is
    when its end is told of; null once that happened.
    """

    __tablename__ = "warranties"
    type = "warranty"
    __table_args__ = (
        Index("warranties_card_idx", "tenant_id", "card_key", unique=True, postgresql_where=LIVE),
        Index("warranties_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
        Index("warranties_ends_on_idx", "tenant_id", "ends_on", "id", postgresql_where=LIVE),
        Index("warranties_asset_idx", "tenant_id", "asset_id", "id"),
        Index("warranties_contact_idx", "tenant_id", "contact_id", postgresql_where=text("contact_id is not null")),
        Index("warranties_reminders_idx", "remind_at", postgresql_where=text("remind_at is not null")),
    )

    asset_id: Mapped[UUID] = mapped_column(Uuid)
    contact_id: Mapped[UUID | None] = mapped_column(Uuid)
    card_number: Mapped[str] = mapped_column(String(100))
    card_key: Mapped[str] = mapped_column(String(200))
    registration: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    months: Mapped[int | None] = mapped_column(Integer)
    usage_limit: Mapped[float | None] = mapped_column(Float)
    usage_unit: Mapped[str | None] = mapped_column(String(10))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    time_zone: Mapped[str] = mapped_column(String(64))
    lead_days: Mapped[int] = mapped_column(Integer)
    remind_at: Mapped[datetime | None] = mapped_column(Instant)
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)


class Entitlement(Record, Base):
    """What is covered: `uses` of `uses_total` times (null: as often as needed) from `starts_on` to `ends_on`."""

    __tablename__ = "entitlements"
    type = "entitlement"
    __table_args__ = (
        Index("entitlements_asset_idx", "tenant_id", "asset_id", "created_at", "id", postgresql_where=LIVE),
        Index(
            "entitlements_warranty_idx", "tenant_id", "warranty_id", postgresql_where=text("warranty_id is not null")
        ),
    )

    asset_id: Mapped[UUID] = mapped_column(Uuid)
    warranty_id: Mapped[UUID | None] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(String(200))
    uses: Mapped[int] = mapped_column(Integer, default=0)
    uses_total: Mapped[int | None] = mapped_column(Integer)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    time_zone: Mapped[str] = mapped_column(String(64))

    def use(self, used_on: date) -> None:
        """Raises EntitlementUsedUp, EntitlementNotValid. The row must be locked."""
        if used_on < self.starts_on or (self.ends_on is not None and used_on > self.ends_on):
            end = self.ends_on or "…"
            raise EntitlementNotValid(f"It is valid from {self.starts_on} to {end}, not on {used_on}.")
        if self.uses_total is not None and self.uses >= self.uses_total:
            raise EntitlementUsedUp(f"All {self.uses_total} uses are spent.")
        self.uses += 1


class EntitlementUse(Base):
    """One use. `reference`, such as a job's number, is used once only."""

    __tablename__ = "entitlement_uses"
    __table_args__ = (
        Index("entitlement_uses_entitlement_idx", "tenant_id", "entitlement_id", "used_at", "id"),
        Index(
            "entitlement_uses_reference_idx",
            "tenant_id",
            "entitlement_id",
            "reference",
            unique=True,
            postgresql_where=text("reference is not null"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    entitlement_id: Mapped[UUID] = mapped_column(Uuid)
    used_at: Mapped[datetime] = mapped_column(Instant)
    reference: Mapped[str | None] = mapped_column(String(100))
    note: Mapped[str | None] = mapped_column(Text)


goes_along("warranties", versioned=True)
