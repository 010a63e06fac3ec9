"""People who sign in, and the errors about them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base
from shared.db import Record
from shared.db.record import Instant
from shared.errors import ConflictError, GoneError, NotFoundError


class UserNotFound(NotFoundError):
    code = "user_not_found"
    title = ("No such user", "ไม่พบผู้ใช้")


class UserGone(GoneError):
    """Deleted."""


class EmailTaken(ConflictError):
    code = "email_taken"
    title = ("This e-mail is in use", "อีเมลนี้ถูกใช้แล้ว")


class LastAdmin(ConflictError):
    code = "last_admin"
    title = ("The last administrator stays", "ต้องมีผู้ดูแลระบบอย่างน้อยหนึ่งคน")


class User(Record, Base):
    """`email` is lower case and unique within the tenant among users not deleted.

    Without `password_hash` a user signs in elsewhere. Sign-ins from before `signed_out_at` have ended.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index("users_email_key", "tenant_id", "email", unique=True, postgresql_where=text("deleted_at is null")),
        Index("users_email_lookup_idx", "email"),
        CheckConstraint("visibility in ('all', 'team', 'own')", name="visibility"),
    )

    type = "user"

    email: Mapped[str] = mapped_column(String(320))
    full_name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    visibility: Mapped[str] = mapped_column(String(10))
    password_hash: Mapped[str | None] = mapped_column(Text)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    signed_out_at: Mapped[datetime | None] = mapped_column(Instant)
