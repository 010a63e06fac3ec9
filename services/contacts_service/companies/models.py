"""A firm, shop or organisation that the business deals with."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, Double, ForeignKeyConstraint, Index, Integer, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.contacts.collation import sort_key
from contacts_service.database import Base
from contacts_service.fields.giving import changed_names
from contacts_service.places.nearest import BAND
from shared.db import Record
from shared.db.record import Signed
from shared.errors import ConflictError, GoneError, NotFoundError, UnprocessableError

POSITIONED = "deleted_at is null and latitude is not null"


class CompanyNotFound(NotFoundError):
    code = "company_not_found"
    title = ("No such company", "ไม่พบบริษัท")


class CompanyDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class TaxIdTaken(ConflictError):
    code = "tax_id_taken"
    title = ("This tax id is in use", "เลขประจำตัวผู้เสียภาษีนี้ถูกใช้แล้ว")


class CircularHierarchy(UnprocessableError):
    code = "circular_hierarchy"
    title = ("A company cannot belong to itself", "บริษัทขึ้นกับตัวเองไม่ได้")


class Company(Signed, Record, Base):
    """`parent_id` is the company that this one belongs to. `tax_id` is unique among a tenant's live companies."""

    __tablename__ = "companies"
    type = "company"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "parent_id"], ["companies.tenant_id", "companies.id"]),
        Index("companies_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=text("deleted_at is null")),
        Index("companies_sort_name_idx", "tenant_id", "sort_name", "id", postgresql_where=text("deleted_at is null")),
        Index(
            "companies_tax_id_idx",
            "tenant_id",
            "tax_id",
            unique=True,
            postgresql_where=text("deleted_at is null and tax_id is not null"),
        ),
        Index("companies_parent_id_idx", "tenant_id", "parent_id", postgresql_where=text("parent_id is not null")),
        Index("companies_position_idx", "tenant_id", "band", "longitude", postgresql_where=text(POSITIONED)),
        Index(
            "companies_owner_idx",
            "tenant_id",
            "owner_id",
            "created_at",
            "id",
            postgresql_where=text("deleted_at is null"),
        ),
        Index("companies_sync_idx", "tenant_id", "sync_xid", "id"),
    )

    name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(String(320))
    tax_id: Mapped[str | None] = mapped_column(String(20))
    website: Mapped[str | None] = mapped_column(String(500))
    industry: Mapped[str | None] = mapped_column(String(100))
    customer_class: Mapped[str | None] = mapped_column(String(20))
    emails: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    phones: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    addresses: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    external_ids: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(50)), default=list)
    parent_id: Mapped[UUID | None] = mapped_column(Uuid)
    notes: Mapped[str | None] = mapped_column(Text)
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    band: Mapped[int | None] = mapped_column(Integer, Computed(BAND, persisted=True), deferred=True)

    @property
    def position(self) -> Mapping[str, float] | None:
        """In degrees of WGS 84; both columns are set, or none."""
        if self.latitude is None or self.longitude is None:
            return None
        return {"latitude": self.latitude, "longitude": self.longitude}

    @position.setter
    def position(self, given: Mapping[str, float] | None) -> None:
        self.latitude = given["latitude"] if given else None
        self.longitude = given["longitude"] if given else None

    custom_fields: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))

    def change(self, given: Mapping[str, Any]) -> list[str]:
        """Takes over what is given; returns the names of the fields that changed, sorted. Raises CircularHierarchy."""
        changed = changed_names({name: getattr(self, name) for name in given}, given, given)
        for name, value in given.items():
            setattr(self, name, value)
        self.sort_name = sort_key(self.name)
        if self.parent_id is not None and self.parent_id == self.id:
            raise CircularHierarchy("A company cannot be its own parent.")
        return changed
