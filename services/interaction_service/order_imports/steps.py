"""The steps of a run and of a dry run: a chunk of rows a transaction, with the position that follows it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.order_imports.chunks import settle
from interaction_service.order_imports.drafts import Draft, Rules, count, read_chunks, rows_of, rules_of
from interaction_service.order_imports.models import OUTCOMES, FailedOrderRow, OrderImport, OrderImportStatus
from interaction_service.order_imports.service import DRY_RUN, RUN
from shared.db.record import now
from shared.errors import GoneError, SamphanError
from shared.files import UnreadableFile
from shared.files.failed_rows import keep_failed
from shared.files.read_ahead import OpenFiles, Waiting
from shared.files.reading_process import reading
from shared.files.tables import Table
from shared.files.uploads import path_of
from shared.operations import Operation, Step

PATIENCE_S = 10
"""How long a step waits for rows with its transaction open; a slow file is asked for again in the next step."""
Chunk = tuple[int | None, Sequence[Draft]]
"""The number of all rows, where it was not known before and is now, and orders."""
Files = OpenFiles[Chunk]


class OrderImportFileMissing(GoneError):
    code = "import_file_missing"


def steps(files_dir: Path) -> dict[str, Step]:
    files = Files()

    async def take_step(session: AsyncSession, operation: Operation) -> None:
        await _step(session, operation, files_dir, files)

    return {RUN: take_step, DRY_RUN: take_step}


async def _step(session: AsyncSession, operation: Operation, files_dir: Path, files: Files) -> None:
    record = await _import_of(session, operation)
    path = path_of(files_dir, record.tenant_id, record.id)
    if not path.exists():
        return _fail(operation, record, OrderImportFileMissing("The file is gone. Upload it again."))
    chunks = partial(_chunks, path, record.as_table(path), rules_of(record), record.rows is not None)
    open_chunks = reading(path, chunks, _last_row)
    file = files.at(operation.id, operation.position.get("row", 0), open_chunks)
    try:
        chunk = await file.chunk(patience_s=PATIENCE_S)
    except UnreadableFile as error:
        files.forget(operation.id)
        return _fail(operation, record, error)
    if isinstance(chunk, Waiting):
        operation.run_at = now() + timedelta(seconds=1)
        return
    if chunk is None:
        files.forget(operation.id)
        return _complete(operation, record)
    total, drafts = chunk
    record.rows = operation.total = record.rows if total is None else total
    await _store(session, operation, record, drafts)
    file.advance(operation.position["row"])


def _chunks(path: Path, table: Table | None, rules: Rules, is_counted: bool, after: int) -> Iterator[Chunk]:
    """Blocking. A spreadsheet is counted first, so that a damaged one is found before anything is stored."""
    total = None if is_counted or after else count(path, table)
    for drafts in read_chunks(rows_of(path, table), rules, after=after):
        yield total, drafts


def _last_row(chunk: Chunk) -> int:
    return chunk[1][-1].rows[-1].number


async def _store(session: AsyncSession, operation: Operation, record: OrderImport, drafts: Sequence[Draft]) -> None:
    result = await settle(session, record, drafts, is_dry=operation.kind == DRY_RUN)
    if operation.kind == RUN:
        for name, added in result.counts.items():
            setattr(record, name, getattr(record, name) + added)
    await keep_failed(session, FailedOrderRow, record.tenant_id, record.id, result.failed)
    counts = Counter(operation.position.get("counts", {})) + result.counts
    operation.position = {"row": drafts[-1].rows[-1].number, "counts": counts}
    operation.done += sum(len(draft.rows) for draft in drafts)


def _complete(operation: Operation, record: OrderImport) -> None:
    known = operation.position.get("counts", {})
    counts = {name: known.get(name, 0) for name in (*OUTCOMES, "failed_rows")}
    record.rows = operation.total = operation.done
    operation.succeed({"import_id": str(record.id), "rows": operation.done, **counts})
    if operation.kind == RUN:
        record.status, record.completed_at = OrderImportStatus.COMPLETED.value, now()


def _fail(operation: Operation, record: OrderImport, error: SamphanError) -> None:
    """Rows before the error stay; after the file is corrected, importing it again leaves them unchanged."""
    operation.fail(error.code, error.detail, **error.params)
    if operation.kind == RUN:
        record.status = OrderImportStatus.FAILED.value


async def _import_of(session: AsyncSession, operation: Operation) -> OrderImport:
    query = select(OrderImport).where(
        OrderImport.tenant_id == operation.tenant_id, OrderImport.id == UUID(operation.input["import_id"])
    )
    return (await session.scalars(query.with_for_update())).one()
