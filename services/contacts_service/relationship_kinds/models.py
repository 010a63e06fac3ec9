"""A tenant's own kinds of relationships."""

from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from contacts_service.relationship_kinds.kinds import Kind, Pair, PartyType
from shared.db import Record
from shared.errors import ConflictError, NotFoundError, UnprocessableError


class KindNotFound(NotFoundError):
    code = "relationship_kind_not_found"
    title = ("No such kind of relationship", "ไม่พบประเภทความสัมพันธ์นี้")


class UnknownKind(UnprocessableError):
    code = "unknown_relationship_kind"
    title = ("No such kind of relationship", "ไม่พบประเภทความสัมพันธ์นี้")


class KindBuiltIn(ConflictError):
    code = "relationship_kind_built_in"
    title = ("This kind cannot be changed", "ประเภทความสัมพันธ์นี้แก้ไขไม่ได้")


class KindTaken(ConflictError):
    code = "relationship_kind_taken"
    title = ("Another kind has this key", "ประเภทความสัมพันธ์อื่นใช้รหัสนี้แล้ว")


class KindInUse(ConflictError):
    code = "relationship_kind_in_use"
    title = ("There are such relationships", "ประเภทความสัมพันธ์นี้ถูกใช้อยู่")


class TooManyKinds(ConflictError):
    code = "too_many_relationship_kinds"
    title = ("Too many kinds of relationships", "มีประเภทความสัมพันธ์มากเกินไป")


class RelationshipKind(Record, Base):
    """A tenant's own kind. `name` and `inverse_name` are texts by language, `pairs` such as `contact-company`."""

    __tablename__ = "relationship_kinds"
    type = "relationship_kind"
    __table_args__ = (
        Index(
            "relationship_kinds_key_idx", "tenant_id", "key", unique=True, postgresql_where=text("deleted_at is null")
        ),
        Index("relationship_kinds_sync_idx", "tenant_id", "sync_xid", "id"),
    )

    key: Mapped[str] = mapped_column(String(50))
    inverse_key: Mapped[str] = mapped_column(String(50))
    name: Mapped[dict[str, Any]] = mapped_column(JSONB)
    inverse_name: Mapped[dict[str, Any]] = mapped_column(JSONB)
    pairs: Mapped[list[str]] = mapped_column(ARRAY(String(20)))

    def as_kind(self) -> Kind:
        between = frozenset(_pair(name) for name in self.pairs)
        return Kind(self.key, self.inverse_key, self.name, self.inverse_name, between)


def _pair(name: str) -> Pair:
    this, _, other = name.partition("-")
    return PartyType(this), PartyType(other)
