"""An export: what was asked for, and the files that came of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db import Record
from shared.db.record import Instant
from shared.errors import ConflictError, GoneError, NotFoundError

KEPT = timedelta(days=7)


class ExportStatus(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"


class ExportNotFound(NotFoundError):
    code = "export_not_found"
    title = ("No such export", "ไม่พบการส่งออกนี้")


class ExportRunning(ConflictError):
    code = "export_running"
    title = ("The export is running", "กำลังส่งออกข้อมูลอยู่")
    retryable = True


class ExportExpired(GoneError):
    code = "export_expired"
    title = ("The files of the export are gone", "ไฟล์ที่ส่งออกหมดอายุแล้ว")


class Export(Record, Base):
    """`question` is what the list would be asked for. `parts` has number, rows, size_bytes, sha256 of each file.

    `horizon` is the oldest transaction that was running when the snapshot was taken: whatever changed since has this
    `sync_xid` or a later one.
    """

    __tablename__ = "exports"
    type = "export"
    __table_args__ = (
        Index("exports_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=text("deleted_at is null")),
        Index("exports_expiry_idx", "tenant_id", "expires_at", postgresql_where=text("status = 'succeeded'")),
    )

    format: Mapped[str] = mapped_column(String(20))
    compressed: Mapped[bool] = mapped_column(Boolean)
    language: Mapped[str] = mapped_column(String(2))
    question: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(String(10), default=ExportStatus.RUNNING.value)
    rows: Mapped[int | None] = mapped_column(Integer)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    horizon: Mapped[int | None] = mapped_column(BigInteger)
    operation_id: Mapped[UUID | None] = mapped_column(Uuid)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
