"""What a customer owns: a car, an appliance, a machine. The state and the rules about it."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Float, Index, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.contacts.texts import fold_search
from contacts_service.database import Base
from contacts_service.moving import goes_along
from shared.db import Record
from shared.db.record import Instant
from shared.errors import ConflictError, GoneError, NotFoundError, UnprocessableError
from shared.ids import new_id

LIVE = text("deleted_at is null")
_NOT_IN_SERIALS = re.compile(r"[\W_]+")


class AssetStatus(StrEnum):
    """Services fall due for those that are `active` or `in_repair`."""

    ACTIVE = "active"
    IN_REPAIR = "in_repair"
    SOLD = "sold"
    RETIRED = "retired"
    LOST = "lost"


class UsageUnit(StrEnum):
    KM = "km"
    HOURS = "hours"
    CYCLES = "cycles"


class AssetNotFound(NotFoundError):
    code = "asset_not_found"
    title = ("No such asset", "ไม่พบทรัพย์สิน")


class AssetDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class SerialTaken(ConflictError):
    code = "serial_taken"
    title = ("This serial number is in use", "หมายเลขเครื่องนี้ถูกใช้แล้ว")


class OwnerRequired(UnprocessableError):
    code = "owner_required"
    title = ("An owner is needed", "ต้องระบุเจ้าของ")


class UnknownOwner(UnprocessableError):
    code = "unknown_owner"
    title = ("No such owner", "ไม่พบเจ้าของ")


class UnknownPolicy(UnprocessableError):
    code = "unknown_service_policy"
    title = ("No such service policy", "ไม่พบนโยบายบริการ")


class TransferTooEarly(UnprocessableError):
    code = "transfer_too_early"
    title = ("The owner before came later", "วันที่โอนก่อนวันที่เจ้าของเดิมได้รับ")


class Asset(Record, Base):
    """It belongs to a contact, a company, or both: the company's car and who drives it.

    `serial` is unique per brand among live assets, whatever its spaces, hyphens and case: `serial_key`.
    """

    __tablename__ = "assets"
    type = "asset"
    __table_args__ = (
        Index(
            "assets_serial_idx",
            "tenant_id",
            "brand_key",
            "serial_key",
            unique=True,
            postgresql_where=text("deleted_at is null and serial_key is not null"),
        ),
        Index("assets_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=LIVE),
        Index("assets_contact_idx", "tenant_id", "contact_id", "id", postgresql_where=text("contact_id is not null")),
        Index("assets_company_idx", "tenant_id", "company_id", "id", postgresql_where=text("company_id is not null")),
        Index("assets_sync_idx", "tenant_id", "sync_xid", "id"),
    )

    contact_id: Mapped[UUID | None] = mapped_column(Uuid)
    company_id: Mapped[UUID | None] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(100))
    kind_key: Mapped[str] = mapped_column(String(200))
    brand: Mapped[str | None] = mapped_column(String(100))
    brand_key: Mapped[str] = mapped_column(String(200), default="")
    model: Mapped[str | None] = mapped_column(String(100))
    model_key: Mapped[str] = mapped_column(String(200), default="")
    serial: Mapped[str | None] = mapped_column(String(100))
    serial_key: Mapped[str | None] = mapped_column(String(200))
    purchased_on: Mapped[date | None] = mapped_column(Date)
    place: Mapped[str | None] = mapped_column(String(500))
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    status: Mapped[str] = mapped_column(String(10), default=AssetStatus.ACTIVE.value)
    service_policy_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    external_ids: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(50)), default=list)
    notes: Mapped[str | None] = mapped_column(Text)

    def change(self, given: Mapping[str, Any]) -> list[str]:
        """Takes over what is given; returns the names of the fields that changed, sorted."""
        changed = sorted(name for name, value in given.items() if getattr(self, name) != value)
        for name in changed:
            setattr(self, name, given[name])
        self.kind_key, self.brand_key, self.model_key = map(match_key, (self.kind, self.brand, self.model))
        self.serial_key = serial_key(self.serial)
        return changed


SERVICE_DEPENDS_ON = frozenset({"kind", "brand", "model", "purchased_on", "status", "service_policy_ids"})


class AssetOwnership(Base):
    """Who owned an asset from `since` to `until`; the present owner's has no end."""

    __tablename__ = "asset_ownerships"
    __table_args__ = (
        Index("asset_ownerships_asset_idx", "tenant_id", "asset_id", "since", "id"),
        Index(
            "asset_ownerships_contact_idx", "tenant_id", "contact_id", postgresql_where=text("contact_id is not null")
        ),
        Index(
            "asset_ownerships_open_idx", "tenant_id", "asset_id", unique=True, postgresql_where=text("until is null")
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    asset_id: Mapped[UUID] = mapped_column(Uuid)
    contact_id: Mapped[UUID | None] = mapped_column(Uuid)
    company_id: Mapped[UUID | None] = mapped_column(Uuid)
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)
    note: Mapped[str | None] = mapped_column(String(500))


goes_along("assets", versioned=True)
goes_along("asset_ownerships")


def match_key(name: str | None) -> str:
    """What two spellings of a kind, brand or model share."""
    return fold_search(name or "")[:200]


def serial_key(serial: str | None) -> str | None:
    """Letters and digits only, in one case."""
    if serial is None:
        return None
    return _NOT_IN_SERIALS.sub("", unicodedata.normalize("NFKC", serial)).casefold()[:200] or serial
