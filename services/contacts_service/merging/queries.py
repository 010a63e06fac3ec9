"""Reads of merges."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, literal, select

from contacts_service.merging.models import Merge, MergeNotFound
from shared.query import Collection, Field, Kind, Query, Reader

MERGES = Merge.__table__


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
MERGE_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS)).where(
        MERGES.c.tenant_id == bindparam("tenant_id"), MERGES.c.id == bindparam("id")
    )
)


async def get_merge(reader: Reader, merge_id: UUID) -> dict[str, Any]:
    """Raises MergeNotFound."""
    row = await reader.one_or_none(MERGE_BY_ID, id=merge_id)
    if row is None:
        raise MergeNotFound(f"There is no merge {merge_id}.")
    return dict(row)
