"""Reads of exports."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, cast, literal, select

from contacts_service.exports.models import Export, ExportExpired, ExportNotFound, ExportRunning, ExportStatus
from shared.query import Collection, Field, Kind, Query, Reader

EXPORTS = Export.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, EXPORTS.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("export", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("owner_id", Kind.UUID),
    _field("format"),
    _field("compressed", Kind.BOOLEAN),
    _field("language", filterable=False),
    _field("question", filterable=False),
    _field("status"),
    _field("rows", Kind.INTEGER, filterable=False),
    _field("parts", filterable=False),
    Field("sync_cursor", cast(EXPORTS.c.horizon, String), Kind.TEXT, filterable=False),
    _field("operation_id", Kind.UUID),
    _field("expires_at", Kind.INSTANT),
]
COLLECTION = Collection("exports", EXPORTS, FIELDS, where=[EXPORTS.c.deleted_at.is_(None)])
EXPORT_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS)).where(
        EXPORTS.c.tenant_id == bindparam("tenant_id"),
        EXPORTS.c.id == bindparam("id"),
        EXPORTS.c.deleted_at.is_(None),
    )
)


async def get_export(reader: Reader, export_id: UUID) -> dict[str, Any]:
    """Raises ExportNotFound."""
    row = await reader.one_or_none(EXPORT_BY_ID, id=export_id)
    if row is None:
        raise ExportNotFound(f"There is no export {export_id}.")
    return dict(row)


async def get_finished(reader: Reader, export_id: UUID) -> dict[str, Any]:
    """Raises ExportNotFound, ExportRunning, ExportExpired."""
    export = await get_export(reader, export_id)
    if export["status"] == ExportStatus.RUNNING:
        raise ExportRunning("The export runs. Watch its operation.")
    if export["status"] != ExportStatus.SUCCEEDED:
        raise ExportExpired("The files were deleted after 7 days, or the export failed. Start it again.")
    return export
