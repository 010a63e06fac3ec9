"""An operation: what is to be done, how far it is, what came of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db import Record, metadata
from shared.db.migrations import Operations as AlembicOperations
from shared.db.migrations import record_table_v1
from shared.db.record import Instant, now
from shared.errors import NotFoundError

KEPT = timedelta(days=30)


class Status(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (Status.PENDING, Status.RUNNING)


class OperationNotFound(NotFoundError):
    code = "operation_not_found"
    title = ("No such operation", "ไม่พบงานนี้")


class OperationBase(DeclarativeBase):
    metadata = metadata()


operations_metadata = OperationBase.metadata


class Operation(Record, OperationBase):
    """`position` is where the next step begins: it is written in the step's own transaction, so a kill loses nothing.

    `input` is for the steps only; `result` is what the client sees. Kept for 30 days after its end.
    """

    __tablename__ = "operations"
    __table_args__ = (
        Index("operations_due_idx", "kind", "run_at", postgresql_where=text("status in ('pending', 'running')")),
    )

    type = "operation"
    kind: Mapped[str] = mapped_column(String(50))
    status: Mapped[str] = mapped_column(String(10), default=Status.PENDING.value)
    run_at: Mapped[datetime] = mapped_column(Instant, default=now)
    started_by: Mapped[UUID] = mapped_column(Uuid)
    correlation_id: Mapped[str | None] = mapped_column(String(128))
    input: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    position: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int | None] = mapped_column(BigInteger)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    finished_at: Mapped[datetime | None] = mapped_column(Instant)

    def succeed(self, result: dict[str, Any]) -> None:
        self.result = result
        self._end(Status.SUCCEEDED)

    def fail(self, code: str, detail: str, **params: Any) -> None:
        self.error = {"code": code, "detail": detail, "params": params}
        self._end(Status.FAILED)

    def cancel(self) -> None:
        """What earlier steps did stays done. Does nothing to an operation that has ended."""
        if self.status in OPEN:
            self._end(Status.CANCELLED)

    @property
    def expires_at(self) -> datetime | None:
        return self.finished_at and self.finished_at + KEPT

    @property
    def progress(self) -> dict[str, int | None]:
        return {"done": self.done, "total": self.total}

    def _end(self, status: Status) -> None:
        self.status = status.value
        self.finished_at = now()


OPERATIONS_V1 = """
create table operations (
  tenant_id uuid not null,
  id uuid not null,
  version bigint not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  deleted_at timestamptz(3),
  owner_id uuid,
  sync_xid xid8 not null default pg_current_xact_id(),
  kind varchar(50) not null,
  status varchar(10) not null,
  run_at timestamptz(3) not null,
  started_by uuid not null,
  correlation_id varchar(128),
  input jsonb not null,
  position jsonb not null,
  done bigint not null,
  total bigint,
  result jsonb,
  error jsonb,
  finished_at timestamptz(3),
  constraint operations_pkey primary key (tenant_id, id)
)
"""


def operations_table_v1(op: AlembicOperations) -> None:
    """After `sync_stamp_v1`."""
    op.execute(OPERATIONS_V1)
    op.execute("create index operations_due_idx on operations (kind, run_at) where status in ('pending', 'running')")
    record_table_v1(op, "operations", system=True)
