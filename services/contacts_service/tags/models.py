"""What is known of a tag besides who has it: contacts keep their tags themselves."""

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db import Record
from shared.errors import ConflictError, NotFoundError, UnprocessableError


class TagNotFound(NotFoundError):
    code = "tag_not_found"
    title = ("No such tag", "ไม่พบแท็กนี้")


class TagExists(ConflictError):
    code = "tag_exists"
    title = ("This tag exists", "มีแท็กนี้แล้ว")


class TooManyTags(UnprocessableError):
    code = "too_many_tags"
    title = ("Too many tags", "แท็กมากเกินไป")


class SameTag(UnprocessableError):
    code = "same_tag"
    title = ("This is the same tag", "เป็นแท็กเดียวกัน")


class Tag(Record, Base):
    """`key` is what all spellings of `name` share; unique among a tenant's live tags."""

    __tablename__ = "tags"
    type = "tag"
    __table_args__ = (
        Index("tags_key_idx", "tenant_id", "key", unique=True, postgresql_where=text("deleted_at is null")),
        Index("tags_name_idx", "tenant_id", "name", "id", postgresql_where=text("deleted_at is null")),
    )

    name: Mapped[str] = mapped_column(String(50))
    key: Mapped[str] = mapped_column(String(200))
    colour: Mapped[str | None] = mapped_column(String(7))
    label_th: Mapped[str | None] = mapped_column(String(100))
    label_en: Mapped[str | None] = mapped_column(String(100))
