"""That somebody's customers went to somebody else: why, and whether they come back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db import Record
from shared.db.record import Instant
from shared.errors import ConflictError, NotFoundError, UnprocessableError

MAX_MOVED = 20_000
"""In one call: some seconds of a transaction that holds their rows."""


class HandoverNotFound(NotFoundError):
    code = "handover_not_found"
    title = ("No such handover", "ไม่พบการส่งมอบนี้")


class NotTemporary(ConflictError):
    code = "not_temporary"
    title = ("It was for good", "เป็นการส่งมอบถาวร")


class SameOwner(UnprocessableError):
    code = "same_owner"
    title = ("They are his already", "เป็นผู้ดูแลอยู่แล้ว")


class Handover(Record, Base):
    """`contacts` went from `from_owner_id` (null: from several) to `to_owner_id` (null: to nobody).

    With `return_at` it was for a time: those that are still with `to_owner_id` go back to whom they came from.
    """

    __tablename__ = "handovers"
    type = "handover"
    __table_args__ = (
        CheckConstraint("from_owner_id is null or to_owner_id is distinct from from_owner_id", name="owners"),
        Index("handovers_created_at_idx", "tenant_id", "created_at", "id"),
        Index(
            "handovers_due_idx",
            "tenant_id",
            "return_at",
            postgresql_where=text("return_at is not null and returned_at is null"),
        ),
    )

    from_owner_id: Mapped[UUID | None] = mapped_column(Uuid)
    to_owner_id: Mapped[UUID | None] = mapped_column(Uuid)
    reason: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text)
    contacts: Mapped[int] = mapped_column(Integer, default=0)
    made_by: Mapped[UUID | None] = mapped_column(Uuid)
    return_at: Mapped[datetime | None] = mapped_column(Instant)
    returned_at: Mapped[datetime | None] = mapped_column(Instant)
    returned: Mapped[int] = mapped_column(Integer, default=0)
