"""Entries of the audit log, and where each tenant's chain ends."""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Date, Index, LargeBinary, String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db.record import Instant

START = bytes(32)
"""What the first entry of a tenant follows."""


class AuditEntry(Base):
    """Ids and names of fields only: what they were and became is in the record's own history.

    `hash` is SHA-256 over the entry before and this one, so that none can be changed, left out or put in unseen.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("audit_entries_subject_idx", "tenant_id", "subject", "number"),
        Index("audit_entries_day_idx", "tenant_id", "day", "number"),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    event_id: Mapped[UUID] = mapped_column(Uuid)
    event_type: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    version: Mapped[int | None] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    request_id: Mapped[str | None] = mapped_column(String(200))
    changed_fields: Mapped[list[str]] = mapped_column(ARRAY(String(100)))
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHead(Base):
    """The last entry of a tenant. Its row is the lock under which entries are appended."""

    __tablename__ = "audit_heads"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date | None] = mapped_column(Date)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


HASHED = (
    "number", "day", "event_id", "event_type", "subject", "version", "occurred_at", "actor_id", "request_id",
    "changed_fields",
)  # fmt: skip


def link(before: bytes, entry: Mapping[str, object]) -> bytes:
    """The hash of an entry that follows another. `entry` has the fields of HASHED as clients read them."""
    return sha256(before + orjson.dumps([entry[name] for name in HASHED])).digest()
