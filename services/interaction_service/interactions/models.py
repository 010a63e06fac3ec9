"""Something that happened with a contact: the state and the rules about it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from interaction_service.database import Base
from shared.db import Record
from shared.db.record import Instant, now
from shared.errors import ConflictError, FieldError, GoneError, NotFoundError, UnprocessableError
from shared.ids import new_id

CLOCK_SKEW = timedelta(minutes=5)


class InteractionKind(StrEnum):
    CALL = "call"
    MEETING = "meeting"
    NOTE = "note"
    EMAIL = "email"
    CHAT = "chat"
    VISIT = "visit"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class InteractionNotFound(NotFoundError):
    code = "interaction_not_found"
    title = ("No such interaction", "ไม่พบรายการติดต่อ")


class InteractionDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class ExternalIdTaken(ConflictError):
    code = "external_id_taken"
    title = ("This external id is in use", "รหัสจากระบบภายนอกนี้ถูกใช้แล้ว")


class InTheFuture(UnprocessableError):
    code = "in_the_future"
    title = ("This lies in the future", "เวลานี้ยังมาไม่ถึง")


class Interaction(Record, Base):
    """`responsible_id` is the user who did it. `follow_up_at` without `follow_up_done_at` is an open item.

    `outcome` says in a word what came of it, `resolution` how the matter was solved.
    """

    __tablename__ = "interactions"
    type = "interaction"
    __table_args__ = (
        Index(
            "interactions_contact_idx",
            "tenant_id",
            "contact_id",
            "occurred_at",
            "id",
            postgresql_where=text("deleted_at is null"),
        ),
        Index(
            "interactions_occurred_at_idx",
            "tenant_id",
            "occurred_at",
            "id",
            postgresql_where=text("deleted_at is null"),
        ),
        Index(
            "interactions_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=text("deleted_at is null")
        ),
        Index(
            "interactions_updated_at_idx", "tenant_id", "updated_at", "id", postgresql_where=text("deleted_at is null")
        ),
        Index(
            "interactions_follow_up_idx",
            "tenant_id",
            "follow_up_at",
            "id",
            postgresql_where=text("deleted_at is null and follow_up_at is not null"),
        ),
        Index("interactions_sync_idx", "tenant_id", "sync_xid", "id"),
    )

    kind: Mapped[str] = mapped_column(String(20))
    direction: Mapped[str] = mapped_column(String(20))
    contact_id: Mapped[UUID] = mapped_column(Uuid)
    company_id: Mapped[UUID | None] = mapped_column(Uuid)
    subject: Mapped[str | None] = mapped_column(String(300))
    body: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(String(200))
    resolution: Mapped[str | None] = mapped_column(String(2000))
    duration_s: Mapped[int | None] = mapped_column(Integer)
    responsible_id: Mapped[UUID | None] = mapped_column(Uuid)
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    follow_up_at: Mapped[datetime | None] = mapped_column(Instant)
    follow_up_done_at: Mapped[datetime | None] = mapped_column(Instant)
    external_ids: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(50)))

    @property
    def open(self) -> bool:
        return self.follow_up_at is not None and self.follow_up_done_at is None

    def change(self, given: Mapping[str, Any]) -> list[str]:
        """Takes over what is given; returns the names of the fields that changed, sorted. Raises InTheFuture."""
        changed = sorted(name for name, value in given.items() if getattr(self, name) != value)
        for name in changed:
            setattr(self, name, given[name])
        if "occurred_at" in changed and self.occurred_at > now() + CLOCK_SKEW:
            detail = "It cannot have happened in the future. For what is to come, set follow_up_at."
            raise InTheFuture(detail, errors=[FieldError("in_the_future", detail, pointer="/occurred_at")])
        return changed

    def match_keys(self) -> list[tuple[str, str]]:
        return [(item["system"], item["id"]) for item in self.external_ids]


class InteractionKey(Base):
    """An id that another system gave to one live interaction."""

    __tablename__ = "interaction_keys"
    __table_args__ = (Index("interaction_keys_interaction_idx", "tenant_id", "interaction_id"),)

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    system: Mapped[str] = mapped_column(String(50), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    interaction_id: Mapped[UUID] = mapped_column(Uuid)


def new_interaction(tenant_id: UUID, given: Mapping[str, Any], *, responsible_id: UUID | None) -> Interaction:
    """Not stored yet, every column set. `responsible_id` stands in where none is given. Raises InTheFuture."""
    moment = now()
    interaction = Interaction(
        tenant_id=tenant_id,
        id=given.get("id") or new_id(),
        version=1,
        created_at=moment,
        updated_at=moment,
        occurred_at=moment,
        responsible_id=responsible_id,
        external_ids=[],
        tags=[],
    )
    interaction.change({name: value for name, value in given.items() if name != "id"})
    return interaction
