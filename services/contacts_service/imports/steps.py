"""The steps of a run and of a dry run: a chunk of rows a transaction, with the position that follows it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast
from uuid import UUID

import sqlalchemy
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.imports.candidates import Candidate, Rules, read_candidate, rules_of
from contacts_service.imports.chunk import Result
from contacts_service.imports.events import ImportCompleted
from contacts_service.imports.lookups import one_chunk_at_a_time
from contacts_service.imports.models import OUTCOMES, FailedRow, Import, Status
from contacts_service.imports.previews import error_as_dict
from contacts_service.imports.read_ahead import CHUNK_ROWS, OpenFile, OpenFiles
from contacts_service.imports.service import DRY_RUN, RUN, forget_failed_rows
from contacts_service.imports.writing import decide_chunk, write_chunk
from shared.db.bulk import insert_rows
from shared.db.record import now
from shared.errors import GoneError, SamphanError
from shared.files import UnreadableFile, read_rows
from shared.files.tables import Table, count_rows
from shared.files.uploads import path_of
from shared.messaging.outbox import stage
from shared.operations import Operation, Step

PATIENCE_S = 10
"""How long a step waits for rows with its transaction open; a slow file is asked for again in the next step."""


class ImportFileMissing(GoneError):
    code = "import_file_missing"


def steps(files_dir: Path) -> dict[str, Step]:
    files = OpenFiles()

    async def run(session: AsyncSession, operation: Operation) -> None:
        await _step(session, operation, files_dir, files)

    return {RUN: run, DRY_RUN: run}


async def _step(session: AsyncSession, operation: Operation, files_dir: Path, files: OpenFiles) -> None:
    record = await _import_of(session, operation)
    path = path_of(files_dir, record.tenant_id, record.id)
    if not path.exists():
        return _fail(operation, record, ImportFileMissing("The file is gone. Upload it again."))
    rules = rules_of(record)
    file = _file(files, operation, record.table(path), rules, is_counted=record.rows is not None)
    if operation.kind == DRY_RUN and file.begun_after:
        await _restart(session, operation, record)
        return files.forget(operation.id)
    try:
        rows = await file.chunk(patience_s=PATIENCE_S)
    except UnreadableFile as error:
        files.forget(operation.id)
        return _fail(operation, record, error)
    if rows is None:
        operation.run_at = now() + timedelta(seconds=1)
        return
    record.rows = record.rows if file.total is None else file.total
    await _take(session, operation, record, rules, file, rows)
    if len(rows) == CHUNK_ROWS:
        return file.advance(rows[-1].row.number)
    files.forget(operation.id)
    await _complete(session, operation, record)


def _file(files: OpenFiles, operation: Operation, table: Table, rules: Rules, *, is_counted: bool) -> OpenFile:
    def open_rows(after: int) -> Iterator[Candidate]:
        return (read_candidate(row, rules) for row in read_rows(table, after=after))

    count = None if is_counted else partial(count_rows, table)
    return files.at(operation.id, operation.position.get("row", 0), open_rows, count)


async def _take(
    session: AsyncSession,
    operation: Operation,
    record: Import,
    rules: Rules,
    file: OpenFile,
    rows: Sequence[Candidate],
) -> None:
    await one_chunk_at_a_time(session, record.tenant_id)
    if operation.kind == DRY_RUN:
        result = await decide_chunk(session, record.tenant_id, rules, rows, file.seen)
    else:
        result = await write_chunk(session, record.tenant_id, rules, rows)
        for name in OUTCOMES:
            setattr(record, name, getattr(record, name) + result.counts[name])
    await _keep_failed(session, record, result)
    counts = Counter(operation.position.get("counts", {})) + result.counts
    last = rows[-1].row.number if rows else operation.position.get("row", 0)
    operation.position = {"row": last, "counts": counts}
    operation.done += len(rows)
    operation.total = record.rows


async def _keep_failed(session: AsyncSession, record: Import, result: Result) -> None:
    await insert_rows(
        session,
        cast("sqlalchemy.Table", FailedRow.__table__),
        [
            {
                "tenant_id": record.tenant_id,
                "import_id": record.id,
                "number": row.number,
                "cells": [_storable(cell) for cell in row.cells],
                "errors": [error_as_dict(error) for error in errors],
            }
            for row, errors in result.failed
        ],
    )


def _storable(cell: str) -> str:
    return cell.replace("\0", "").encode(errors="replace").decode()


async def _complete(session: AsyncSession, operation: Operation, record: Import) -> None:
    known = operation.position["counts"]
    counts = {name: known.get(name, 0) for name in OUTCOMES}
    record.rows = operation.total = operation.done
    operation.succeed({"import_id": str(record.id), "rows": operation.done, **counts})
    if operation.kind == DRY_RUN:
        return
    record.status = Status.COMPLETED.value
    record.completed_at = now()
    await session.flush()
    done = ImportCompleted(
        import_id=record.id, version=record.version, operation_id=operation.id, rows=operation.done, **counts
    )
    stage(session, done)


async def _restart(session: AsyncSession, operation: Operation, record: Import) -> None:
    """What a dry run remembers of earlier rows died with its process: it begins anew."""
    operation.position, operation.done = {}, 0
    await forget_failed_rows(session, record)


def _fail(operation: Operation, record: Import, error: SamphanError) -> None:
    """Rows before the error stay; after the file is corrected, importing it again leaves them unchanged."""
    operation.fail(error.code, error.detail, **error.params)
    if operation.kind == RUN:
        record.status = Status.FAILED.value


async def _import_of(session: AsyncSession, operation: Operation) -> Import:
    query = select(Import).where(
        Import.tenant_id == operation.tenant_id, Import.id == UUID(operation.input["import_id"])
    )
    return (await session.scalars(query.with_for_update())).one()
