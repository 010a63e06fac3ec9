"""Reads of merges."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, exists, literal, select

from contacts_service.contacts.models import Contact
from contacts_service.merging.models import Merge, MergeNotFound
from shared.query import Collection, Field, Kind, ListRequest, Page, Query, Reader
from shared.query.cursor import Cursors

MERGES, CONTACTS = Merge.__table__, Contact.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, MERGES.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("merge", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, filterable=False),
    _field("survivor_id", Kind.UUID, nullable=False),
    _field("merged_ids", filterable=False),
    _field("changed_fields", filterable=False),
    _field("merged_by", Kind.UUID),
    _field("undone_at", Kind.INSTANT),
    _field("undone_by", Kind.UUID),
]
COLLECTION = Collection("merges", MERGES, FIELDS)
BY_ID = select(*(field.expression.label(field.name) for field in FIELDS)).where(
    MERGES.c.tenant_id == bindparam("tenant_id"), MERGES.c.id == bindparam("id")
)
MERGE_BY_ID = Query(BY_ID)
SEEN = exists().where(CONTACTS.c.tenant_id == MERGES.c.tenant_id, CONTACTS.c.id == MERGES.c.survivor_id)
"""By who does not see all contacts."""
SEEN_BY_ID = Query(BY_ID.where(SEEN))


async def list_merges(reader: Reader, cursors: Cursors, request: ListRequest) -> Page:
    return await COLLECTION.page(reader, cursors, request, where={} if reader.viewer is None else {"seen": SEEN})


async def get_merge(reader: Reader, merge_id: UUID) -> dict[str, Any]:
    """Raises MergeNotFound."""
    row = await reader.one_or_none(MERGE_BY_ID if reader.viewer is None else SEEN_BY_ID, id=merge_id)
    if row is None:
        raise MergeNotFound(f"There is no merge {merge_id}.")
    return dict(row)
