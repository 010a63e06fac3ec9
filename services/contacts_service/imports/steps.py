"""The steps of a run and of a dry run: a chunk of rows a transaction, with the position that follows it."""

from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.fields.definitions import load
from contacts_service.fields.models import RecordType
from contacts_service.imports.candidates import Rules, rules_of
from contacts_service.imports.events import ImportCompleted
from contacts_service.imports.lookups import one_chunk_at_a_time
from contacts_service.imports.models import OUTCOMES, FailedRow, Import, ImportStatus
from contacts_service.imports.reading import CHUNK_ROWS, Chunk, last_row, read_chunks
from contacts_service.imports.service import DRY_RUN, RUN
from contacts_service.imports.writing import decide_chunk, write_chunk
from shared.db.record import now
from shared.errors import GoneError, SamphanError
from shared.files import UnreadableFile
from shared.files.failed_rows import forget_failed, keep_failed
from shared.files.read_ahead import OpenFiles, Waiting
from shared.files.reading_process import reading
from shared.files.uploads import path_of
from shared.messaging.outbox import stage
from shared.operations import Operation, Step

PATIENCE_S = 10
"""How long a step waits for rows with its transaction open; a slow file is asked for again in the next step."""
Files = OpenFiles[Chunk]


class ImportFileMissing(GoneError):
    code = "import_file_missing"


def steps(files_dir: Path) -> dict[str, Step]:
    files = Files()

    async def run(session: AsyncSession, operation: Operation) -> None:
        await _step(session, operation, files_dir, files)

    return {RUN: run, DRY_RUN: run}


async def _step(session: AsyncSession, operation: Operation, files_dir: Path, files: Files) -> None:
    record = await _import_of(session, operation)
    path = path_of(files_dir, record.tenant_id, record.id)
    if not path.exists():
        return _fail(operation, record, ImportFileMissing("The file is gone. Upload it again."))
    await load(session, RecordType.COMPANY)  # rows make companies, too
    rules = rules_of(record, await load(session, RecordType.CONTACT))
    drafted_for = record.tenant_id if operation.kind == RUN else None
    chunks = partial(read_chunks, record.table(path), rules, record.rows is not None, drafted_for)
    open_chunks = reading(path, chunks, last_row)
    file = files.at(operation.id, operation.position.get("row", 0), open_chunks)
    if operation.kind == DRY_RUN and file.begun_after:
        await _restart(session, operation, record)
        return files.forget(operation.id)
    try:
        chunk = await file.chunk(patience_s=PATIENCE_S)
    except UnreadableFile as error:
        files.forget(operation.id)
        return _fail(operation, record, error)
    if isinstance(chunk, Waiting):
        operation.run_at = now() + timedelta(seconds=1)
        return
    if chunk is not None:
        await _take(session, operation, record, rules, chunk, file.seen)
        if len(chunk.rows) == CHUNK_ROWS:
            return file.advance(last_row(chunk))
    files.forget(operation.id)
    await _complete(session, operation, record)


async def _take(
    session: AsyncSession, operation: Operation, record: Import, rules: Rules, chunk: Chunk, seen: set[int]
) -> None:
    record.rows = operation.total = record.rows if chunk.total is None else chunk.total
    await one_chunk_at_a_time(session, record.tenant_id)
    if operation.kind == DRY_RUN:
        result = await decide_chunk(session, record.tenant_id, rules, chunk.rows, seen)
    else:
        result = await write_chunk(session, record.tenant_id, rules, chunk.rows)
        for name in OUTCOMES:
            setattr(record, name, getattr(record, name) + result.counts[name])
    await keep_failed(session, FailedRow, record.tenant_id, record.id, result.failed)
    counts = Counter(operation.position.get("counts", {})) + result.counts
    operation.position = {"row": last_row(chunk), "counts": counts}
    operation.done += len(chunk.rows)


async def _complete(session: AsyncSession, operation: Operation, record: Import) -> None:
    known = operation.position.get("counts", {})
    counts = {name: known.get(name, 0) for name in OUTCOMES}
    record.rows = operation.total = operation.done
    operation.succeed({"import_id": str(record.id), "rows": operation.done, **counts})
    if operation.kind == DRY_RUN:
        return
    record.status = ImportStatus.COMPLETED.value
    record.completed_at = now()
    await session.flush()
    done = ImportCompleted(
        import_id=record.id, version=record.version, operation_id=operation.id, rows=operation.done, **counts
    )
    stage(session, done)


async def _restart(session: AsyncSession, operation: Operation, record: Import) -> None:
    """What a dry run remembers of earlier rows died with its process: it begins anew."""
    operation.position, operation.done = {}, 0
    await forget_failed(session, FailedRow, record.tenant_id, record.id)


def _fail(operation: Operation, record: Import, error: SamphanError) -> None:
    """Rows before the error stay; after the file is corrected, importing it again leaves them unchanged."""
    operation.fail(error.code, error.detail, **error.params)
    if operation.kind == RUN:
        record.status = ImportStatus.FAILED.value


async def _import_of(session: AsyncSession, operation: Operation) -> Import:
    query = select(Import).where(
        Import.tenant_id == operation.tenant_id, Import.id == UUID(operation.input["import_id"])
    )
    return (await session.scalars(query.with_for_update())).one()
