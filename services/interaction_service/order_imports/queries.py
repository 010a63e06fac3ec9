"""Reads of order imports."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, bindparam, case, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from interaction_service.order_imports.models import (
    KEPT,
    OUTCOMES,
    FailedOrderRow,
    OrderImport,
    OrderImportNotFound,
    OrderImportStatus,
)
from shared.files.failed_rows import failed_rows_file, failed_rows_query
from shared.operations import Operation
from shared.operations import Status as OperationStatus
from shared.query import Collection, Field, Kind, Query, Reader

IMPORTS = OrderImport.__table__
OPERATIONS = Operation.__table__
NOT_DONE = (OperationStatus.CANCELLED, OperationStatus.FAILED)


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, IMPORTS.c[name], kind, **options)


_ENDED = (
    select(OPERATIONS.c.status)
    .where(
        OPERATIONS.c.tenant_id == IMPORTS.c.tenant_id,
        OPERATIONS.c.id == IMPORTS.c.operation_id,
        OPERATIONS.c.status.in_([literal(each.value, String) for each in NOT_DONE]),
    )
    .scalar_subquery()
)
_STATUS = case(
    (and_(IMPORTS.c.status == OrderImportStatus.RUNNING.value, _ENDED.is_not(None)), _ENDED), else_=IMPORTS.c.status
)
_COUNTED = ("rows", "failed_rows", *OUTCOMES)
_COUNTS = func.jsonb_build_object(
    *(part for name in _COUNTED for part in (literal(name, String), IMPORTS.c[name])), type_=JSONB
)
FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("order_import", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, filterable=False),
    _field("owner_id", Kind.UUID),
    Field("status", _STATUS, Kind.TEXT, filterable=False),
    _field("file_name"),
    _field("size_bytes", Kind.INTEGER, filterable=False),
    _field("sha256"),
    _field("layout"),
    _field("source"),
    _field("contact_system", filterable=False),
    _field("currency", filterable=False),
    _field("time_zone", filterable=False),
    _field("day_first", Kind.BOOLEAN, filterable=False),
    _field("match_policy", filterable=False),
    Field("counts", _COUNTS, Kind.TEXT, filterable=False),
    _field("operation_id", Kind.UUID, filterable=False),
    _field("dry_run_operation_id", Kind.UUID, filterable=False),
    _field("completed_at", Kind.INSTANT, filterable=False),
    Field("file_expires_at", IMPORTS.c.created_at + literal(KEPT), Kind.INSTANT, filterable=False),
    _field("file_deleted_at", Kind.INSTANT, filterable=False),
]
COLLECTION = Collection("order_imports", IMPORTS, FIELDS, where=[IMPORTS.c.deleted_at.is_(None)])
IMPORT_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS), IMPORTS.c.columns, IMPORTS.c.preview).where(
        IMPORTS.c.tenant_id == bindparam("tenant_id"), IMPORTS.c.id == bindparam("id")
    )
)
FAILED_ROWS = failed_rows_query(FailedOrderRow)


async def get_import(reader: Reader, import_id: UUID) -> dict[str, Any]:
    """Raises OrderImportNotFound."""
    row = await reader.one_or_none(IMPORT_BY_ID, id=import_id)
    if row is None:
        raise OrderImportNotFound(f"There is no order import {import_id}.")
    return dict(row)


async def error_file(reader: Reader, import_id: UUID) -> AsyncIterator[bytes]:
    """Raises OrderImportNotFound, NoRunYet."""
    return failed_rows_file(reader, FAILED_ROWS, import_id, await get_import(reader, import_id))
