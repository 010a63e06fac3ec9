"""One party and another, and what they are to each other."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from contacts_service.moving import goes_along
from contacts_service.relationship_kinds.kinds import EMPLOYER, HOUSEHOLD_HEAD
from shared.db import Record
from shared.errors import ConflictError, NotFoundError, UnprocessableError

OPEN = "valid_to is null and deleted_at is null"


class RelationshipNotFound(NotFoundError):
    code = "relationship_not_found"
    title = ("No such relationship", "ไม่พบความสัมพันธ์นี้")


class RelationshipExists(ConflictError):
    code = "relationship_exists"
    title = ("They are related like this already", "มีความสัมพันธ์นี้อยู่แล้ว")


class WrongParties(UnprocessableError):
    code = "wrong_parties"
    title = ("These two cannot be related like this", "สองฝ่ายนี้มีความสัมพันธ์แบบนี้ไม่ได้")


class UnknownParty(UnprocessableError):
    code = "unknown_party"
    title = ("No such contact or company", "ไม่พบผู้ติดต่อหรือบริษัทนี้")


class InvalidPeriod(UnprocessableError):
    code = "invalid_period"
    title = ("It ends before it begins", "วันสิ้นสุดมาก่อนวันเริ่มต้น")


class InHousehold(ConflictError):
    code = "in_household"
    title = ("There is a household already", "อยู่ในครัวเรือนแล้ว")


class NotMain(UnprocessableError):
    code = "not_main_employment"
    title = ("Not the main employment", "ไม่ใช่ที่ทำงานหลัก")


def _foreign(column: str, table: str) -> ForeignKeyConstraint:
    """What is about a record goes with it when it is erased."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete="CASCADE")


def _side_index(column: str) -> Index:
    return Index(
        f"relationships_{column}_idx", "tenant_id", column, "id", postgresql_where=text(f"{column} is not null")
    )


class Relationship(Record, Base):
    """The other one is the `kind` of this one, from `valid_from` to `valid_to`, both days included.

    This one is `contact_id` or `company_id`, the other one `other_contact_id` or `other_company_id`. Of one kind, two
    parties have one open relationship at most. A contact's `company_id` follows its main employment and the other way
    round: see `employment.py`.
    """

    __tablename__ = "relationships"
    type = "relationship"
    __table_args__ = (
        CheckConstraint("num_nonnulls(contact_id, company_id) = 1", name="this"),
        CheckConstraint("num_nonnulls(other_contact_id, other_company_id) = 1", name="other"),
        _foreign("contact_id", "contacts"),
        _foreign("company_id", "companies"),
        _foreign("other_contact_id", "contacts"),
        _foreign("other_company_id", "companies"),
        Index(
            "relationships_open_idx",
            "tenant_id",
            text("(coalesce(contact_id, company_id))"),
            text("(coalesce(other_contact_id, other_company_id))"),
            "kind",
            unique=True,
            postgresql_where=text(OPEN),
        ),
        Index(
            "relationships_household_idx",
            "tenant_id",
            "contact_id",
            unique=True,
            postgresql_where=text(f"kind = '{HOUSEHOLD_HEAD}' and {OPEN}"),
        ),
        *(_side_index(name) for name in ("contact_id", "company_id", "other_contact_id", "other_company_id")),
        Index("relationships_kind_idx", "tenant_id", "kind", postgresql_where=text(f"kind <> '{EMPLOYER}'")),
        Index("relationships_sync_idx", "tenant_id", "sync_xid", "id"),
    )

    kind: Mapped[str] = mapped_column(String(50))
    inverse_kind: Mapped[str] = mapped_column(String(50))
    contact_id: Mapped[UUID | None] = mapped_column(Uuid)
    company_id: Mapped[UUID | None] = mapped_column(Uuid)
    other_contact_id: Mapped[UUID | None] = mapped_column(Uuid)
    other_company_id: Mapped[UUID | None] = mapped_column(Uuid)
    title: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str | None] = mapped_column(String(200))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    notes: Mapped[str | None] = mapped_column(Text)


BOTH_OPEN = " and ".join(f"{row}.valid_to is null and {row}.deleted_at is null" for row in ("own", "taken"))
TAKEN = f"""exists (select from relationships as taken where taken.tenant_id = :tenant_id and {BOTH_OPEN}
  and taken.kind = own.kind and {{same}})"""
SAME_OTHER = (
    "coalesce(taken.other_contact_id, taken.other_company_id) = coalesce(own.other_contact_id, own.other_company_id)"
)
SAME_THIS = "coalesce(taken.contact_id, taken.company_id) = coalesce(own.contact_id, own.company_id)"
goes_along(
    "relationships",
    unless="own.other_contact_id = :survivor or "
    + TAKEN.format(same=f"taken.contact_id = :survivor and (own.kind = '{HOUSEHOLD_HEAD}' or {SAME_OTHER})"),
    versioned=True,
)
goes_along(
    "relationships",
    column="other_contact_id",
    name="relationships.other_contact_id",
    unless="own.contact_id = :survivor or " + TAKEN.format(same=f"taken.other_contact_id = :survivor and {SAME_THIS}"),
    versioned=True,
)
"""Nobody is related to himself: what was between the two stays with the one who was merged, unseen."""
