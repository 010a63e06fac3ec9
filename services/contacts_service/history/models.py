"""What is kept of each change. The database itself writes it, whoever changes a record and by whatever statement."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db.record import Instant


class RecordChange(Base):
    """`changes` is by field: what it was, what it became. `version` is the record's after it.

    Rows are never changed; erasing a person deletes them (see the migration).
    """

    __tablename__ = "record_changes"
    __table_args__ = (Index("record_changes_changed_at_idx", "tenant_id", "record_id", "changed_at", "id"),)

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    record_type: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    request_id: Mapped[str | None] = mapped_column(String(200))
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
