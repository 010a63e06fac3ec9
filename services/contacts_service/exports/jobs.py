"""Writing exports, and deleting their files."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.queries import COLLECTION, list_contacts
from contacts_service.database import sight
from contacts_service.exports.formats import Format, beginning, pages
from contacts_service.exports.models import KEPT, Export, ExportStatus
from contacts_service.exports.parts import Parts
from contacts_service.exports.service import RUN
from shared.db import Database
from shared.db.database import allow_minutes
from shared.db.record import now as current_time
from shared.errors import SamphanError
from shared.files import uploads
from shared.messaging.jobs import Jobs, claim
from shared.operations import Operation, run_operations
from shared.query import Query, Reader
from shared.query.cursor import Cursors
from shared.web.lists import SearchBody, search_request

PAGE_ROWS = 2_000
TIMEOUT_MS = 30_000
HORIZON = Query(select(cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), String), BigInteger)))


def register(jobs: Jobs, database: Database, files_dir: Path) -> None:
    async def run(session: AsyncSession, operation: Operation) -> None:
        await _run(session, operation, database, files_dir)

    run_operations(jobs, {RUN: run}, sight=sight())
    is_left = (Export.status == ExportStatus.SUCCEEDED.value,)

    @jobs.every(seconds=600, due=select(Export.tenant_id).where(*is_left, Export.expires_at < func.now()))
    async def expire_exports(session: AsyncSession, now: datetime) -> int:
        expired = (await session.scalars(claim(Export, where=[*is_left, Export.expires_at < now], limit=100))).all()
        for export in expired:
            export.status, export.parts = ExportStatus.EXPIRED.value, []
            await asyncio.to_thread(uploads.delete, files_dir, export.tenant_id, export.id)
        return len(expired)


async def _run(session: AsyncSession, operation: Operation, database: Database, files_dir: Path) -> None:
    """All in one step, from one snapshot; a step that was cut off begins anew, with another one."""
    export = await session.get_one(Export, (operation.tenant_id, UUID(operation.input["export_id"])))
    await allow_minutes(session)
    try:
        export.horizon, export.rows, export.parts = await _write(session, operation, export, database, files_dir)
    except SamphanError as error:
        export.status = ExportStatus.FAILED.value
        return operation.fail(error.code, error.detail)
    export.status, export.expires_at = ExportStatus.SUCCEEDED.value, current_time() + KEPT
    operation.succeed({"export_id": str(export.id), "rows": export.rows, "parts": len(export.parts)})


async def _write(
    session: AsyncSession, operation: Operation, export: Export, database: Database, files_dir: Path
) -> tuple[int, int, list[dict[str, Any]]]:
    kind, rows = Format(export.format), 0
    head = beginning(kind, export.language)
    parts = Parts(files_dir, export.tenant_id, export.id, head, compressed=export.compressed)
    reader = Reader(database, export.tenant_id, TIMEOUT_MS, session.info["context"].viewer)
    async with reader.snapshot() as snapshot:
        horizon = int(await snapshot.value(HORIZON))
        async for contacts in _pages(snapshot, export.question):
            rows += len(contacts)
            await asyncio.to_thread(_append, parts, kind, contacts)
            operation.done = rows
            await session.flush()  # the server ends transactions that do nothing
    return horizon, rows, await asyncio.to_thread(parts.finish)


def _append(parts: Parts, kind: Format, contacts: list[dict[str, Any]]) -> None:
    """The reader's rows hold JSON as text."""
    parts.write(pages(kind, orjson.loads(orjson.dumps(contacts))), len(contacts))


async def _pages(reader: Reader, question: dict[str, Any]) -> AsyncIterator[list[dict[str, Any]]]:
    cursors = Cursors(secrets.token_hex())
    asked = search_request(COLLECTION, SearchBody.model_validate(question))
    asked = replace(asked, limit=PAGE_ROWS, sort="id", expand="company")
    cursor: str | None = None
    while True:
        page = await list_contacts(reader, cursors, replace(asked, cursor=cursor), question.get("q"))
        if page.data:
            yield page.data
        cursor = page.next_cursor
        if cursor is None:
            return
