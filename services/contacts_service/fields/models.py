"""What a tenant keeps of contacts and companies beyond our own columns: definitions, and rows with values in order.

The values themselves are in `custom_fields` of the record, by key. See docs/adr/0016.
"""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Double, Index, Integer, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from shared.db import Record
from shared.db.record import Instant
from shared.errors import ConflictError, GoneError, NotFoundError, UnprocessableError

MAX_FIELDS = 200
"""Live ones, of a tenant and record type."""
MAX_INDEXED = 20


class RecordType(StrEnum):
    CONTACT = "contact"
    COMPANY = "company"


TABLES = {RecordType.CONTACT: "contacts", RecordType.COMPANY: "companies"}


class ValueType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    REFERENCE = "reference"


WITH_OPTIONS = frozenset((ValueType.CHOICE, ValueType.CHOICES))
CAN_BE_UNIQUE = frozenset((ValueType.TEXT, ValueType.NUMBER, ValueType.EMAIL, ValueType.PHONE, ValueType.URL))


class IndexState(StrEnum):
    """Of the rows in which a field's values stand in order. Writers keep them up in every state but NONE."""

    NONE = "none"
    BUILDING = "building"
    READY = "ready"


class FieldNotFound(NotFoundError):
    code = "field_not_found"
    title = ("No such field", "ไม่พบฟิลด์นี้")


class FieldArchived(GoneError):
    code = "resource_deleted"
    title = ("The field is archived", "ฟิลด์นี้ถูกเก็บถาวรแล้ว")


class KeyTaken(ConflictError):
    code = "field_key_taken"
    title = ("This key is in use", "คีย์นี้ถูกใช้แล้ว")


class TooManyFields(ConflictError):
    code = "too_many_fields"
    title = ("Too many fields", "มีฟิลด์มากเกินไป")


class TooManyIndexes(ConflictError):
    code = "too_many_indexes"
    title = ("Too many indexed fields", "มีฟิลด์ที่ทำดัชนีมากเกินไป")


class IndexNeeded(ConflictError):
    code = "index_needed"
    title = ("The index is needed", "จำเป็นต้องใช้ดัชนีนี้")


class InvalidField(UnprocessableError):
    code = "invalid_field"
    title = ("The field does not fit together", "การกำหนดฟิลด์ไม่ถูกต้อง")


class ValueTaken(ConflictError):
    code = "value_taken"
    title = ("This value is in use", "ค่านี้ถูกใช้แล้ว")


class CustomField(Record, Base):
    """A definition. `key`, `value_type`, `unique`, `currency` and `target` never change; archived is `deleted_at`."""

    __tablename__ = "field_definitions"
    __table_args__ = (Index("field_definitions_key_idx", "tenant_id", "record_type", "key", unique=True),)
    type = "field"

    record_type: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(50))
    value_type: Mapped[str] = mapped_column(String(10))
    labels: Mapped[dict[str, str]] = mapped_column(JSONB)
    description: Mapped[str | None] = mapped_column(String(1000))
    required: Mapped[bool] = mapped_column(Boolean, default=False)
    unique: Mapped[bool] = mapped_column("is_unique", Boolean, default=False)
    default: Mapped[Any] = mapped_column("default_value", JSONB(none_as_null=True), nullable=True)
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    limits: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    currency: Mapped[str | None] = mapped_column(String(3))
    target: Mapped[str | None] = mapped_column(String(10))
    index: Mapped[str] = mapped_column("index_state", String(10), default=IndexState.NONE.value)


class FieldStamp(Base):
    """Grows with every change of a definition. Who writes records reads it, and keeps it from growing until the end of
    the transaction; without a row, the tenant never had a field."""

    __tablename__ = "field_stamps"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    record_type: Mapped[str] = mapped_column(String(10), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)


class CustomFieldValue(Base):
    """A value of one indexed field of one live record: `number` or `text` in order; of choices, a row each."""

    __tablename__ = "custom_field_values"
    __table_args__ = (
        *(
            Index(
                f"custom_field_values_{column}_idx",
                "tenant_id",
                "field_id",
                column,
                "created_at",
                "record_id",
                postgresql_where=text(f"{column} is not null"),
            )
            for column in ("number", "text")
        ),
        Index(
            "custom_field_values_unique_idx",
            "tenant_id",
            "field_id",
            "unique_key",
            unique=True,
            postgresql_where=text("unique_key is not null"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    field_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    created_at: Mapped[Any] = mapped_column(Instant)
    number: Mapped[float | None] = mapped_column(Double)
    text: Mapped[str | None] = mapped_column(Text(collation="C"))
    unique_key: Mapped[str | None] = mapped_column(Text)
