"""Reads of tags."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, String, bindparam, func, literal, select

from contacts_service.contacts.models import TAG, ContactKey
from contacts_service.tags.models import Tag, TagNotFound
from shared.query import Collection, Document, Field, Kind, Query, Reader

TAGS = Tag.__table__
KEYS = ContactKey.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, TAGS.c[name], kind, **options)


USED = (
    select(func.count())
    .where(KEYS.c.tenant_id == TAGS.c.tenant_id, KEYS.c.kind == TAG, KEYS.c.value == TAGS.c.key)
    .correlate(TAGS)
    .scalar_subquery()
)
FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("tag", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("owner_id", Kind.UUID),
    _field("name", sortable=True, nullable=False),
    _field("colour"),
    _field("label_th"),
    _field("label_en"),
    Field("contacts", USED.cast(BigInteger), Kind.INTEGER, filterable=False),
]
COLLECTION = Collection("tags", TAGS, FIELDS, where=[TAGS.c.deleted_at.is_(None)], default_sort="name")
TAG_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS), TAGS.c.version.label("etag")).where(
        TAGS.c.tenant_id == bindparam("tenant_id"), TAGS.c.id == bindparam("id"), TAGS.c.deleted_at.is_(None)
    ),
    shown=[field.name for field in FIELDS],
)


async def get_tag(reader: Reader, tag_id: UUID) -> Document:
    """Raises TagNotFound."""
    row = await reader.one_or_none(TAG_BY_ID, id=tag_id)
    if row is None:
        raise TagNotFound(f"There is no tag {tag_id}.")
    return Document(row["etag"], row["document"])
