"""A merge: who became whom, and what it did to the survivor's values."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db import Record
from shared.db.record import Instant
from shared.errors import NotFoundError, UnprocessableError

MOST_MERGED = 20


class MergeNotFound(NotFoundError):
    code = "merge_not_found"
    title = ("No such merge", "ไม่พบการรวมผู้ติดต่อนี้")


class MergedWithItself(UnprocessableError):
    code = "merged_with_itself"
    title = ("A contact cannot be merged with itself", "รวมผู้ติดต่อกับตัวเองไม่ได้")


class NotAmongThem(UnprocessableError):
    code = "not_among_them"
    title = ("Choose one of the contacts that are merged", "เลือกได้เฉพาะผู้ติดต่อที่นำมารวมกัน")


class Merge(Record, Base):
    """`before` and `after` are the survivor's values around it, as if only the merges that still stand had been made.

    `choices` says by field whose value was wanted.
    """

    __tablename__ = "merges"
    __table_args__ = (
        Index("merges_created_at_idx", "tenant_id", "created_at", "id"),
        Index("merges_standing_idx", "tenant_id", "survivor_id", postgresql_where=text("undone_at is null")),
        Index("merges_sync_idx", "tenant_id", "sync_xid", "id"),
    )
    type = "merge"

    survivor_id: Mapped[UUID] = mapped_column(Uuid)
    merged_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    choices: Mapped[dict[str, str]] = mapped_column(JSONB)
    changed_fields: Mapped[list[str]] = mapped_column(ARRAY(String(50)))
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    merged_by: Mapped[UUID | None] = mapped_column(Uuid)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_by: Mapped[UUID | None] = mapped_column(Uuid)


class MergeMove(Base):
    """A row that went along with a merged contact: whose it was first, and whose it is. See `moving.py`."""

    __tablename__ = "merge_moves"
    __table_args__ = (Index("merge_moves_holder_idx", "tenant_id", "table_name", "holder_id"),)

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    table_name: Mapped[str] = mapped_column(String(63), primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    row_key: Mapped[dict[str, Any]] = mapped_column(JSONB, primary_key=True)
    holder_id: Mapped[UUID] = mapped_column(Uuid)
