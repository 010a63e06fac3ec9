"""A file of orders: how it is read, what it is to do, what came of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from interaction_service.database import Base
from shared.db import Record
from shared.db.record import Instant
from shared.errors import ConflictError, GoneError, NotFoundError
from shared.files.failed_rows import FailedRowColumns
from shared.files.tables import Kind, Table

KEPT = timedelta(days=7)
"""How long the file, the preview and the rows that failed are kept."""
OUTCOMES = ("created", "updated", "unchanged", "skipped", "failed")


class OrderImportLayout(StrEnum):
    CDNOW = "cdnow"
    ONLINE_RETAIL = "online_retail"
    SAMPHAN = "samphan"


class OrderImportStatus(StrEnum):
    UPLOADED = "uploaded"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class OrderMatchPolicy(StrEnum):
    """What becomes of an order that is here already: changed to what the file says, or left alone."""

    UPDATE = "update"
    SKIP = "skip"


class OrderImportNotFound(NotFoundError):
    code = "order_import_not_found"
    title = ("No such import", "ไม่พบรายการนำเข้า")


class OrderImportFileExpired(GoneError):
    code = "import_file_expired"
    title = ("The file has expired", "ไฟล์หมดอายุแล้ว")


class OrderImportRunning(ConflictError):
    code = "import_running"
    title = ("The import is running", "กำลังนำเข้าข้อมูลอยู่")


class OrderImport(Record, Base):
    """`columns` has one item a column: index, heading, target, samples. `format` is what `Table` needs besides them.

    Counts are of orders, `rows` and `failed_rows` of rows. `preview`, `columns` and failed rows hold customers' data:
    they go when the file goes.
    """

    __tablename__ = "order_imports"
    type = "order_import"
    __table_args__ = (
        Index(
            "order_imports_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=text("deleted_at is null")
        ),
        Index("order_imports_expiry_idx", "created_at", postgresql_where=text("file_deleted_at is null")),
    )

    file_name: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    layout: Mapped[str] = mapped_column(String(20))
    format: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    preview: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    source: Mapped[str] = mapped_column(String(50))
    contact_system: Mapped[str] = mapped_column(String(50))
    currency: Mapped[str] = mapped_column(String(3))
    time_zone: Mapped[str] = mapped_column(String(64))
    day_first: Mapped[bool] = mapped_column(Boolean)
    match_policy: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10))
    rows: Mapped[int | None] = mapped_column(Integer)
    created: Mapped[int] = mapped_column(Integer, default=0)
    updated: Mapped[int] = mapped_column(Integer, default=0)
    unchanged: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    failed_rows: Mapped[int] = mapped_column(Integer, default=0)
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
    def counts(self) -> dict[str, int | None]:
        return {"rows": self.rows, "failed_rows": self.failed_rows, **{name: getattr(self, name) for name in OUTCOMES}}

    @property
    def file_expires_at(self) -> datetime:
        return self.created_at + KEPT

    def as_table(self, path: Path) -> Table | None:
        """None for a file without a header, which has a reader of its own."""
        if self.format is None:
            return None
        given = {**self.format, "kind": Kind(self.format["kind"]), "positions": tuple(self.format["positions"])}
        return Table(path=path, header=self.header, **given)

    def reset(self) -> None:
        """Back to before the first row."""
        for name in (*OUTCOMES, "failed_rows"):
            setattr(self, name, 0)
        self.completed_at = None

    def forget_content(self, moment: datetime) -> None:
        """The headings stay, customers' data go."""
        self.file_deleted_at = moment
        self.preview = []
        self.columns = [{**column, "samples": []} for column in self.columns]


class FailedOrderRow(FailedRowColumns, Base):
    __tablename__ = "order_import_failed_rows"
