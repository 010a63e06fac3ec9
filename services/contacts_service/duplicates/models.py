"""Pairs of contacts that may be one person, and the keys under which contacts meet."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Float, Index, String, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db import Record
from shared.db.record import Instant
from shared.errors import ConflictError, NotFoundError, UnprocessableError


class DuplicateStatus(StrEnum):
    """A dismissed pair is not suggested again unless one of them changes in what people are recognised by."""

    OPEN = "open"
    DISMISSED = "dismissed"
    MERGED = "merged"


class DuplicateNotFound(NotFoundError):
    code = "duplicate_not_found"
    title = ("No such pair", "ไม่พบคู่ที่อาจซ้ำกันนี้")


class SameContact(UnprocessableError):
    code = "same_contact"
    title = ("Name two contacts", "ต้องเป็นผู้ติดต่อสองราย")


class AlreadyMerged(ConflictError):
    code = "already_merged"
    title = ("They were merged", "ทั้งสองถูกรวมกันแล้ว")


class PossibleDuplicate(ConflictError):
    code = "possible_duplicate"
    title = ("This person may be known already", "อาจมีผู้ติดต่อรายนี้อยู่แล้ว")


class DuplicateKey(Base):
    """A key that a live contact was blocked under, hashed to 64 bits. It follows the contact within a moment."""

    __tablename__ = "duplicate_keys"
    __table_args__ = (Index("duplicate_keys_contact_idx", "tenant_id", "contact_id"),)

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)


class DuplicateWeights(Base):
    """What agreements are worth among the tenant's contacts, as a scan learnt it last: see `weighing.py`."""

    __tablename__ = "duplicate_weights"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    weights: Mapped[dict[str, Any]] = mapped_column(JSONB)
    learnt_at: Mapped[datetime] = mapped_column(Instant)


class Duplicate(Record, Base):
    """Two contacts, the one with the lower id left. `score` is the probability that they are one person.

    `fingerprint` tells the values that it was judged by from others.
    """

    __tablename__ = "duplicates"
    __table_args__ = (
        Index("duplicates_pair_idx", "tenant_id", "left_id", "right_id", unique=True),
        Index("duplicates_right_idx", "tenant_id", "right_id"),
        Index("duplicates_score_idx", "tenant_id", "status", "score", "id"),
        Index("duplicates_created_at_idx", "tenant_id", "created_at", "id"),
        Index("duplicates_sync_idx", "tenant_id", "sync_xid", "id"),
    )
    type = "duplicate"

    left_id: Mapped[UUID] = mapped_column(Uuid)
    right_id: Mapped[UUID] = mapped_column(Uuid)
    score: Mapped[float] = mapped_column(Float)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    fingerprint: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(10), server_default=text("'open'"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
