"""The stages of a customer's life as a business has them, and how contacts went through them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db.record import Instant


class LifecycleConfig(Base):
    """One row for a business that has stages or rules of its own. `version` is 1 at first."""

    __tablename__ = "lifecycle_configs"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    stages: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class LifecycleMove(Base):
    """A contact left one stage for another. The stage that it was created with is no move."""

    __tablename__ = "lifecycle_moves"
    __table_args__ = (Index("lifecycle_moves_contact_idx", "tenant_id", "contact_id", "moved_at", "id"),)

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=text("new_event_id()"))
    contact_id: Mapped[UUID] = mapped_column(Uuid)
    from_stage: Mapped[str | None] = mapped_column(String(50))
    to_stage: Mapped[str | None] = mapped_column(String(50))
    moved_at: Mapped[datetime] = mapped_column(Instant)
    moved_by: Mapped[UUID | None] = mapped_column(Uuid)
    source: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(500))
