"""How complete, right and fresh contacts are, and what a business asks of them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index, SmallInteger, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db.record import Instant


class QualityClass(StrEnum):
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class QualityRules(Base):
    """Of a business that has its own. `weights` by kind of issue; `operation_id` is that of the last rescoring."""

    __tablename__ = "quality_rules"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    weights: Mapped[dict[str, int]] = mapped_column(JSONB)
    stale_after_days: Mapped[int] = mapped_column(SmallInteger)
    good_from: Mapped[int] = mapped_column(SmallInteger)
    fair_from: Mapped[int] = mapped_column(SmallInteger)
    operation_id: Mapped[UUID] = mapped_column(Uuid)


class ContactQuality(Base):
    """The score of a live contact as it was last worked out. `due_at` is when it is going to be worse by itself."""

    __tablename__ = "contact_quality"
    __table_args__ = (
        Index("contact_quality_score_idx", "tenant_id", "score", "contact_id"),
        Index("contact_quality_due_idx", "due_at", "tenant_id", postgresql_where=text("due_at is not null")),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    contact_version: Mapped[int] = mapped_column(BigInteger)
    score: Mapped[int] = mapped_column(SmallInteger)
    quality_class: Mapped[str] = mapped_column(String(10))
    kinds: Mapped[list[str]] = mapped_column(ARRAY(String(30)))
    due_at: Mapped[datetime | None] = mapped_column(Instant)
