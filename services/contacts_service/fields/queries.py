"""Reads of definitions."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, literal, select

from contacts_service.fields.models import CustomField, FieldArchived, FieldNotFound
from shared.query import Collection, Field, Kind, Query, Reader

FIELDS_TABLE = CustomField.__table__


def _field(name: str, kind: Kind = Kind.TEXT, *, column: str | None = None, **options: Any) -> Field:
    return Field(name, FIELDS_TABLE.c[column or name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("field", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("record_type", sortable=True, nullable=False),
    _field("key", sortable=True, nullable=False),
    _field("value_type"),
    _field("labels", filterable=False),
    _field("description", filterable=False),
    _field("required", Kind.BOOLEAN),
    _field("unique", Kind.BOOLEAN, column="is_unique"),
    _field("default", column="default_value", filterable=False),
    _field("options", filterable=False),
    _field("limits", filterable=False),
    _field("currency", filterable=False),
    _field("target", filterable=False),
    _field("index", column="index_state"),
]
COLLECTION = Collection("fields", FIELDS_TABLE, FIELDS, where=[FIELDS_TABLE.c.deleted_at.is_(None)])
FIELD_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS), FIELDS_TABLE.c.deleted_at).where(
        FIELDS_TABLE.c.tenant_id == bindparam("tenant_id"), FIELDS_TABLE.c.id == bindparam("id")
    )
)


async def get_field(reader: Reader, field_id: UUID) -> dict[str, Any]:
    """Raises FieldNotFound, FieldArchived."""
    row = await reader.one_or_none(FIELD_BY_ID, id=field_id)
    if row is None:
        raise FieldNotFound(f"There is no field {field_id}.")
    field = dict(row)
    if field.pop("deleted_at") is not None:
        raise FieldArchived(f"Field {field_id} is archived. POST /v1/fields/{field_id}/restore brings it back.")
    return field
