"""What people can choose to hear about, and what each has chosen."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Boolean, ForeignKeyConstraint, Index, String, Uuid, false, text
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db import Record
from shared.db.record import Instant
from shared.errors import ConflictError, GoneError, NotFoundError, UnprocessableError


class Frequency(StrEnum):
    """How often at most."""

    EVERY_TIME = "every_time"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class TopicNotFound(NotFoundError):
    code = "topic_not_found"
    title = ("No such topic", "ไม่พบหัวข้อนี้")


class TopicDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class TopicKeyTaken(ConflictError):
    code = "topic_key_taken"
    title = ("This key is in use", "รหัสหัวข้อนี้ถูกใช้แล้ว")


class UnknownTopic(UnprocessableError):
    code = "unknown_topic"
    title = ("No such topic", "ไม่พบหัวข้อนี้")


class Topic(Record, Base):
    """`purpose` is the consent that messages about it need. Who has not chosen is as `subscribed_by_default` says."""

    __tablename__ = "topics"
    type = "topic"
    __table_args__ = (
        Index("topics_key_idx", "tenant_id", "key", unique=True, postgresql_where=text("deleted_at is null")),
        Index("topics_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=text("deleted_at is null")),
    )

    key: Mapped[str] = mapped_column(String(50))
    name_th: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    description_th: Mapped[str | None] = mapped_column(String(2000))
    description_en: Mapped[str | None] = mapped_column(String(2000))
    purpose: Mapped[str] = mapped_column(String(50))
    subscribed_by_default: Mapped[bool] = mapped_column(Boolean)
    frequency: Mapped[str] = mapped_column(String(20))


class Subscription(Record, Base):
    """A contact's own choice. Without a `frequency` it is the topic's; `paused_until` silences the topic till then.

    `is_overruled`: it had subscribed, and a contact that was merged into it had not.
    """

    __tablename__ = "subscriptions"
    type = "subscription"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "topic_id"], ["topics.tenant_id", "topics.id"]),
        Index("subscriptions_contact_idx", "tenant_id", "contact_id", "topic_id", unique=True),
        Index("subscriptions_topic_idx", "tenant_id", "topic_id", "contact_id"),
    )

    contact_id: Mapped[UUID] = mapped_column(Uuid)
    topic_id: Mapped[UUID] = mapped_column(Uuid)
    is_subscribed: Mapped[bool] = mapped_column(Boolean)
    is_overruled: Mapped[bool] = mapped_column(Boolean, server_default=false())
    frequency: Mapped[str | None] = mapped_column(String(20))
    paused_until: Mapped[datetime | None] = mapped_column(Instant)
    source: Mapped[str] = mapped_column(String(50))
