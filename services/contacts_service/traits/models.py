"""What was observed of a contact that no form asks for: needs, interests, attitudes, preferences, habits."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Double, ForeignKeyConstraint, Index, String, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.contacts.texts import fold_search
from contacts_service.database import Base
from contacts_service.moving import goes_along
from shared.db import Record
from shared.db.record import Instant
from shared.errors import NotFoundError, UnprocessableError

STANDING = "superseded_at is null"


class TraitNotFound(NotFoundError):
    code = "trait_not_found"
    title = ("No such trait", "ไม่พบลักษณะนี้")


class ExpiresTooSoon(UnprocessableError):
    code = "expires_too_soon"
    title = ("It expires before it was observed", "วันหมดอายุมาก่อนวันที่สังเกต")


class TraitKind(StrEnum):
    NEED = "need"
    INTEREST = "interest"
    ATTITUDE = "attitude"
    PREFERENCE = "preference"
    HABIT = "habit"


class Origin(StrEnum):
    """Told by the customer, or concluded from something."""

    DECLARED = "declared"
    DERIVED = "derived"


class Trait(Record, Base):
    """One observation: of a contact, kind and name, by one source at one instant, there is one.

    Nothing is overwritten: a correction leaves its earlier state behind as a row of its own, `superseded_at` and
    `earlier_of` the corrected one; what is deleted is withdrawn. `name_key` is the folded name.
    """

    __tablename__ = "traits"
    type = "trait"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"], ondelete="CASCADE"),
        Index(
            "traits_observation_idx",
            "tenant_id",
            "contact_id",
            "kind",
            "name_key",
            "source",
            "observed_at",
            unique=True,
            postgresql_where=text(STANDING),
        ),
        Index("traits_contact_idx", "tenant_id", "contact_id", "observed_at", "id"),
        Index(
            "traits_name_idx",
            "tenant_id",
            "kind",
            "name_key",
            "id",
            postgresql_where=text(f"{STANDING} and deleted_at is null"),
        ),
        Index("traits_sync_idx", "tenant_id", "sync_xid", "id"),
    )

    contact_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
    value: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    origin: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(100))
    confidence: Mapped[float] = mapped_column(Double)
    observed_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    superseded_at: Mapped[datetime | None] = mapped_column(Instant)
    earlier_of: Mapped[UUID | None] = mapped_column(Uuid)


def name_key(name: str) -> str:
    """What two spellings of one name share."""
    return (fold_search(name) or name.casefold())[:200]


SAME = ("kind", "name_key", "source", "observed_at")
goes_along(
    "traits",
    unless=f"""own.{STANDING} and exists (select from traits as taken where taken.tenant_id = :tenant_id
      and taken.contact_id = :survivor and taken.{STANDING}
      and {" and ".join(f"taken.{name} = own.{name}" for name in SAME)})""",
    versioned=True,
)
