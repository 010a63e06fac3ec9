"""Reads of imports."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import String, and_, bindparam, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from contacts_service.imports.models import (
    KEPT,
    OUTCOMES,
    FailedRow,
    Import,
    ImportDeleted,
    ImportNotFound,
    ImportStatus,
)
from shared.files.failed_rows import failed_rows_file, failed_rows_query
from shared.operations import Operation
from shared.operations import Status as OperationStatus
from shared.query import Collection, Field, Kind, Query, Reader

IMPORTS = Import.__table__
OPERATIONS = Operation.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, IMPORTS.c[name], kind, **options)


_ENDED = (
    select(OPERATIONS.c.status)
    .where(
        OPERATIONS.c.tenant_id == IMPORTS.c.tenant_id,
        OPERATIONS.c.id == IMPORTS.c.operation_id,
        or_(*(OPERATIONS.c.status == ended.value for ended in (OperationStatus.CANCELLED, OperationStatus.FAILED))),
    )
    .scalar_subquery()
)
_STATUS = case(
    (and_(IMPORTS.c.status == ImportStatus.RUNNING.value, _ENDED.is_not(None)), _ENDED), else_=IMPORTS.c.status
)
_COUNTS = func.jsonb_build_object(
    *(part for name in ("rows", *OUTCOMES) for part in (literal(name, String), IMPORTS.c[name])), type_=JSONB
)
FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("import", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, filterable=False),
    _field("owner_id", Kind.UUID),
    Field("status", _STATUS, Kind.TEXT, filterable=False),
    _field("file_name"),
    _field("size_bytes", Kind.INTEGER, filterable=False),
    _field("sha256"),
    _field("layout"),
    _field("match_by", filterable=False),
    _field("match_policy", filterable=False),
    Field("counts", _COUNTS, Kind.TEXT, filterable=False),
    _field("operation_id", Kind.UUID, filterable=False),
    _field("dry_run_operation_id", Kind.UUID, filterable=False),
    _field("completed_at", Kind.INSTANT, filterable=False),
    Field("file_expires_at", IMPORTS.c.created_at + literal(KEPT), Kind.INSTANT, filterable=False),
    _field("file_deleted_at", Kind.INSTANT, filterable=False),
]
COLLECTION = Collection("imports", IMPORTS, FIELDS, where=[IMPORTS.c.deleted_at.is_(None)])
_SOURCE = IMPORTS.c.source
DETAILS = [
    *(field.expression.label(field.name) for field in FIELDS),
    _SOURCE["kind"].astext.label("format"),
    _SOURCE["encoding"].astext.label("encoding"),
    _SOURCE["delimiter"].astext.label("delimiter"),
    *(IMPORTS.c[name] for name in ("confidence", "columns", "preview", "defaults", "owners")),
    *(IMPORTS.c[name] for name in ("day_first", "default_region", "deleted_at")),
]
IMPORT_BY_ID = Query(
    select(*DETAILS).where(IMPORTS.c.tenant_id == bindparam("tenant_id"), IMPORTS.c.id == bindparam("id"))
)
FAILED_ROWS = failed_rows_query(FailedRow)


async def get_import(reader: Reader, import_id: UUID) -> dict[str, Any]:
    """Raises ImportNotFound, ImportDeleted."""
    row = await reader.one_or_none(IMPORT_BY_ID, id=import_id)
    if row is None:
        raise ImportNotFound(f"There is no import {import_id}.")
    found = dict(row)
    if found.pop("deleted_at") is not None:
        raise ImportDeleted(f"Import {import_id} was deleted.")
    columns = orjson.loads(orjson.dumps(found["columns"]))
    found["unmapped"] = [each["heading"] for each in columns if each["heading"] and not each["target"]]
    return found


async def error_file(reader: Reader, import_id: UUID) -> AsyncIterator[bytes]:
    """Raises ImportNotFound, ImportDeleted, NoRunYet."""
    return failed_rows_file(reader, FAILED_ROWS, import_id, await get_import(reader, import_id))
