"""Commands on one order import."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.order_imports.drafts import rules_of
from interaction_service.order_imports.layouts import DEFAULTS, check_mapping, override_mapping
from interaction_service.order_imports.models import (
    FailedOrderRow,
    OrderImport,
    OrderImportFileExpired,
    OrderImportLayout,
    OrderImportNotFound,
    OrderImportRunning,
    OrderImportStatus,
    OrderMatchPolicy,
)
from interaction_service.order_imports.previews import preview
from shared import operations
from shared.db.record import now
from shared.db.versions import check_version
from shared.files.failed_rows import forget_failed
from shared.files.uploads import Upload, path_of
from shared.operations import Operation
from shared.operations.models import OPEN

RUN = "order_import"
DRY_RUN = "order_import_dry_run"
PLAIN = ("source", "contact_system", "currency", "time_zone", "day_first", "match_policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """An upload that was looked into; `found` is what `previews.inspect` found, `options` what the client says."""

    id: UUID
    name: str
    upload: Upload
    found: Mapping[str, Any]
    options: Mapping[str, Any]


async def create_import(session: AsyncSession, file: NewFile) -> OrderImport:
    usual = DEFAULTS[OrderImportLayout(file.found["layout"])]
    source = file.options.get("source", usual.source)
    record = OrderImport(
        id=file.id,
        owner_id=session.info["context"].actor_id,
        file_name=display_name(file.name),
        size_bytes=file.upload.size_bytes,
        sha256=file.upload.sha256,
        status=OrderImportStatus.UPLOADED.value,
        **{
            "source": source,
            "contact_system": source,
            "currency": usual.currency,
            "time_zone": "UTC",
            "day_first": usual.day_first,
            "match_policy": OrderMatchPolicy.UPDATE.value,
            "preview": [],
            **file.found,
            **file.options,
        },
    )
    await _look_again(record, file.upload.path)
    session.add(record)
    await session.flush()
    return record


async def change_import(
    session: AsyncSession, import_id: UUID, given: Mapping[str, Any], *, files_dir: Path, if_version: int | None = None
) -> OrderImport:
    """A merge patch of how the file is read and what it does; the preview follows.

    Raises OrderImportNotFound, OrderImportRunning, OrderImportFileExpired, VersionMismatch, InvalidMapping.
    """
    record = await _lock_usable(session, import_id)
    check_version(record.version, if_version)
    before = [record.columns, *(getattr(record, name) for name in PLAIN)]
    if "mapping" in given:
        mapping = override_mapping(record.header, record.mapping, given["mapping"])
        record.columns = [{**column, "target": mapping.get(column["index"])} for column in record.columns]
    for name in PLAIN:
        if name in given:
            setattr(record, name, given[name])
    if before != [record.columns, *(getattr(record, name) for name in PLAIN)]:
        await _look_again(record, path_of(files_dir, record.tenant_id, record.id))
        record.status = OrderImportStatus.UPLOADED.value
        await session.flush()
    return record


async def start_run(session: AsyncSession, import_id: UUID, kind: str) -> Operation:
    """RUN or DRY_RUN; the errors of an earlier one are forgotten.

    Raises OrderImportNotFound, OrderImportRunning, OrderImportFileExpired, InvalidMapping.
    """
    record = await _lock_usable(session, import_id)
    check_mapping(record.mapping)
    await forget_failed(session, FailedOrderRow, record.tenant_id, record.id)
    operation = await operations.start(session, kind, {"import_id": str(record.id)}, total=record.rows)
    if kind == DRY_RUN:
        record.dry_run_operation_id = operation.id
    else:
        record.operation_id, record.status = operation.id, OrderImportStatus.RUNNING.value
        record.reset()
    await session.flush()
    return operation


async def forget_content(session: AsyncSession, record: OrderImport) -> None:
    """All that the database has of the file's customers."""
    record.forget_content(now())
    await forget_failed(session, FailedOrderRow, record.tenant_id, record.id)
    await session.flush()


def display_name(name: str) -> str:
    """Only for showing: the last part of whatever path the client sent."""
    plain = "".join(char for char in re.split(r"[\\/]", name)[-1] if char.isprintable())
    return plain.strip()[:255] or "upload"


async def _look_again(record: OrderImport, path: Path) -> None:
    record.preview = await asyncio.to_thread(preview, path, record.as_table(path), rules_of(record))


async def _lock_usable(session: AsyncSession, import_id: UUID) -> OrderImport:
    tenant_id = session.info["context"].tenant_id
    query = select(OrderImport).where(OrderImport.tenant_id == tenant_id, OrderImport.id == import_id)
    record = await session.scalar(query.with_for_update())
    if record is None:
        raise OrderImportNotFound(f"There is no order import {import_id}.")
    if record.file_deleted_at is not None:
        raise OrderImportFileExpired(
            "The file was deleted: 7 days have passed, or a person was erased. Upload it again."
        )
    await refuse_running(session, record)
    return record


async def refuse_running(session: AsyncSession, record: OrderImport) -> None:
    """A run that was cancelled is noted here, where the import is next touched."""
    ids = [found for found in (record.operation_id, record.dry_run_operation_id) if found is not None]
    query = select(Operation).where(Operation.tenant_id == record.tenant_id, Operation.id.in_(ids))
    for operation in await session.scalars(query) if ids else ():
        if operation.status in OPEN:
            detail = "The import runs. Wait for its operation, or cancel it first."
            raise OrderImportRunning(detail, operation_id=str(operation.id))
        if operation.id == record.operation_id and record.status == OrderImportStatus.RUNNING:
            record.status = operation.status
