"""A file of contacts: how it is read, what it is to do, what came of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Float, Index, Integer, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db import Record
from shared.db.record import Instant
from shared.errors import ConflictError, GoneError, NotFoundError
from shared.files.failed_rows import FailedRowColumns
from shared.files.tables import Kind, Table

KEPT = timedelta(days=7)
"""How long the file, the preview and the rows that failed are kept."""


class ImportStatus(StrEnum):
    UPLOADED = "uploaded"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class MatchPolicy(StrEnum):
    """What a row does whose person is known: change the contact, leave it alone, or be refused as a double."""

    UPDATE = "update"
    SKIP = "skip"
    CREATE = "create"


class MatchKey(StrEnum):
    EXTERNAL_ID = "external_id"
    EMAIL = "email"
    PHONE = "phone"


class ImportNotFound(NotFoundError):
    code = "import_not_found"
    title = ("No such import", "ไม่พบรายการนำเข้า")


class ImportDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class ImportFileExpired(GoneError):
    code = "import_file_expired"
    title = ("The file has expired", "ไฟล์หมดอายุแล้ว")


class ImportRunning(ConflictError):
    code = "import_running"
    title = ("The import is running", "กำลังนำเข้าข้อมูลอยู่")


class Import(Record, Base):
    """`columns` has one item a column: index, heading, target, samples. `source` is what `Table` needs besides them.

    `preview` and `columns` hold personal data: they go when the file goes.
    """

    __tablename__ = "imports"
    type = "import"
    __table_args__ = (
        Index("imports_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=text("deleted_at is null")),
        Index("imports_expiry_idx", "created_at", postgresql_where=text("file_deleted_at is null")),
    )

    file_name: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[dict[str, Any]] = mapped_column(JSONB)
    layout: Mapped[str] = mapped_column(String(20))
    confidence: Mapped[float] = mapped_column(Float)
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    preview: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    match_by: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    match_policy: Mapped[str] = mapped_column(String(10))
    defaults: Mapped[dict[str, Any]] = mapped_column(JSONB)
    owners: Mapped[dict[str, str]] = mapped_column(JSONB)
    day_first: Mapped[bool] = mapped_column(Boolean)
    default_region: Mapped[str] = mapped_column(String(2))
    status: Mapped[str] = mapped_column(String(10), default=ImportStatus.UPLOADED.value)
    rows: Mapped[int | None] = mapped_column(Integer)
    created: Mapped[int] = mapped_column(Integer, default=0)
    updated: Mapped[int] = mapped_column(Integer, default=0)
    unchanged: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    operation_id: Mapped[UUID | None] = mapped_column(Uuid)
    dry_run_operation_id: Mapped[UUID | None] = mapped_column(Uuid)
    completed_at: Mapped[datetime | None] = mapped_column(Instant)
    file_deleted_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column["heading"] for column in self.columns)

    @property
    def mapping(self) -> dict[int, str]:
        return {column["index"]: column["target"] for column in self.columns if column["target"]}

    @property
    def unmapped(self) -> list[str]:
        return [column["heading"] for column in self.columns if column["heading"] and not column["target"]]

    @property
    def counts(self) -> dict[str, int | None]:
        return {"rows": self.rows, **{name: getattr(self, name) for name in OUTCOMES}}

    @property
    def file_expires_at(self) -> datetime:
        return self.created_at + KEPT

    @property
    def encoding(self) -> str | None:
        encoding: str | None = self.source["encoding"]
        return encoding

    @property
    def delimiter(self) -> str | None:
        delimiter: str | None = self.source["delimiter"]
        return delimiter

    @property
    def format(self) -> str:
        return str(self.source["kind"])

    def table(self, path: Path) -> Table:
        given = {**self.source, "kind": Kind(self.source["kind"]), "positions": tuple(self.source["positions"])}
        return Table(path=path, header=self.header, **given)

    def reset(self) -> None:
        """Back to before the first row."""
        for name in OUTCOMES:
            setattr(self, name, 0)
        self.completed_at = None

    def forget_content(self, moment: datetime) -> None:
        """The headings stay, the persons' data go."""
        self.file_deleted_at = moment
        self.preview = []
        self.columns = [{**column, "samples": []} for column in self.columns]


OUTCOMES = ("created", "updated", "unchanged", "skipped", "failed")


class FailedRow(FailedRowColumns, Base):
    __tablename__ = "import_failed_rows"
