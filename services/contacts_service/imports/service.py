"""Commands on one import."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.values import clean_text
from contacts_service.fields.definitions import load
from contacts_service.fields.models import RecordType
from contacts_service.imports.candidates import plan_of
from contacts_service.imports.layouts import override_mapping
from contacts_service.imports.models import (
    FailedRow,
    Import,
    ImportDeleted,
    ImportFileExpired,
    ImportNotFound,
    ImportRunning,
    ImportStatus,
    MatchKey,
    MatchPolicy,
)
from contacts_service.imports.previews import preview
from shared import operations
from shared.db.record import now
from shared.db.versions import check_version
from shared.files.failed_rows import forget_failed
from shared.files.uploads import Upload, path_of
from shared.operations import Operation
from shared.operations.models import OPEN

RUN = "contact_import"
DRY_RUN = "contact_import_dry_run"
NO_DEFAULTS: Mapping[str, Any] = {"owner_id": None, "customer_class": None, "lifecycle_stage": None, "tags": []}
PLAIN = ("match_by", "match_policy", "day_first", "default_region")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """An upload that was looked into; `found` is what `previews.inspect` found."""

    id: UUID
    name: str
    upload: Upload
    found: Mapping[str, Any]


async def create_import(session: AsyncSession, file: NewFile) -> Import:
    record = Import(
        id=file.id,
        owner_id=session.info["context"].actor_id,
        file_name=display_name(file.name),
        size_bytes=file.upload.size_bytes,
        sha256=file.upload.sha256,
        match_by=list(MatchKey),
        match_policy=MatchPolicy.UPDATE.value,
        defaults=dict(NO_DEFAULTS),
        owners={},
        day_first=True,
        default_region="TH",
        **file.found,
    )
    session.add(record)
    await session.flush()
    return record


async def change_import(
    session: AsyncSession,
    import_id: UUID,
    given: Mapping[str, Any],
    *,
    files_dir: Path,
    if_version: int | None = None,
) -> Import:
    """A merge patch of how the file is read and what it does; the preview follows.

    Raises ImportNotFound, ImportDeleted, ImportRunning, ImportFileExpired, VersionMismatch, InvalidMapping.
    """
    record = await _lock_usable(session, import_id)
    check_version(record.version, if_version)
    if not _change(record, given):
        return record
    table = record.table(path_of(files_dir, record.tenant_id, record.id))
    plan = plan_of(record, await load(session, RecordType.CONTACT))
    record.preview = await asyncio.to_thread(preview, table, plan)
    record.status = ImportStatus.UPLOADED.value
    await session.flush()
    return record


async def start_run(session: AsyncSession, import_id: UUID, kind: str) -> Operation:
    """RUN or DRY_RUN; the errors of an earlier one are forgotten.

    Raises ImportNotFound, ImportDeleted, ImportRunning, ImportFileExpired, InvalidMapping.
    """
    record = await _lock_usable(session, import_id)
    plan_of(record, await load(session, RecordType.CONTACT))
    await forget_failed(session, FailedRow, record.tenant_id, record.id)
    operation = await operations.start(session, kind, {"import_id": str(record.id)}, total=record.rows)
    if kind == DRY_RUN:
        record.dry_run_operation_id = operation.id
    else:
        record.operation_id, record.status = operation.id, ImportStatus.RUNNING.value
        record.reset()
    await session.flush()
    return operation


async def delete_import(session: AsyncSession, import_id: UUID, *, if_version: int | None = None) -> Import:
    """Its contacts stay. The caller deletes the file once this is committed.

    Raises ImportNotFound, ImportDeleted, ImportRunning, VersionMismatch.
    """
    record = await _lock_idle(session, import_id)
    check_version(record.version, if_version)
    record.deleted_at = now()
    await forget_content(session, record)
    return record


async def forget_content(session: AsyncSession, record: Import) -> None:
    """All that the database has of the file's persons."""
    record.forget_content(now())
    await forget_failed(session, FailedRow, record.tenant_id, record.id)
    await session.flush()


def display_name(name: str) -> str:
    """Only for showing: the last part of whatever path the client sent."""
    return clean_text(re.split(r"[\\/]", name)[-1])[:255] or "upload"


def _change(record: Import, given: Mapping[str, Any]) -> bool:
    before = record.version, *(getattr(record, name) for name in (*PLAIN, "columns", "defaults", "owners"))
    if "mapping" in given:
        mapping = override_mapping(record.header, record.mapping, given["mapping"])
        record.columns = [{**column, "target": mapping.get(column["index"])} for column in record.columns]
    for name in ("defaults", "owners"):
        if name in given:
            setattr(record, name, _merged(getattr(record, name), given[name]))
    for name in PLAIN:
        if name in given:
            setattr(record, name, given[name])
    return before != (record.version, *(getattr(record, name) for name in (*PLAIN, "columns", "defaults", "owners")))


def _merged(known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**known, **given}
    return {name: value for name, value in merged.items() if value is not None or name in NO_DEFAULTS}


async def _lock_usable(session: AsyncSession, import_id: UUID) -> Import:
    record = await _lock_idle(session, import_id)
    if record.file_deleted_at is not None:
        raise ImportFileExpired("The file was deleted: 7 days have passed, or a person was erased. Upload it again.")
    return record


async def _lock_idle(session: AsyncSession, import_id: UUID) -> Import:
    tenant_id = session.info["context"].tenant_id
    query = select(Import).where(Import.tenant_id == tenant_id, Import.id == import_id).with_for_update()
    record = await session.scalar(query)
    if record is None:
        raise ImportNotFound(f"There is no import {import_id}.")
    if record.deleted_at is not None:
        raise ImportDeleted(f"Import {import_id} was deleted.")
    await refuse_running(session, record)
    return record


async def refuse_running(session: AsyncSession, record: Import) -> None:
    """Raises ImportRunning. A run that was cancelled is noted here, where the import is next touched."""
    ids = [found for found in (record.operation_id, record.dry_run_operation_id) if found is not None]
    query = select(Operation).where(Operation.tenant_id == record.tenant_id, Operation.id.in_(ids))
    for operation in await session.scalars(query) if ids else ():
        if operation.status in OPEN:
            detail = "The import runs. Wait for its operation, or cancel it first."
            raise ImportRunning(detail, operation_id=str(operation.id))
        if operation.id == record.operation_id and record.status == ImportStatus.RUNNING:
            record.status = operation.status
