"""Credentials of programs. The key itself is shown once and never stored."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, Index, LargeBinary, String, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base
from shared.db import Record
from shared.db.record import Instant


class ApiKey(Record, Base):
    """`integration_id` stands for all keys of one name: rotation changes the key, not who acts.

    `last_used_at` lags by a minute.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        Index("api_keys_key_id_key", "key_id", unique=True),
        Index("api_keys_integration_idx", "tenant_id", "integration_id"),
        CheckConstraint("octet_length(secret_hash) = 32", name="secret_hash"),
    )

    type = "api_key"

    key_id: Mapped[str] = mapped_column(CHAR(12))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str] = mapped_column(String(200))
    integration_id: Mapped[UUID] = mapped_column(Uuid)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
