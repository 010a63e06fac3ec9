"""Running imports, and forgetting their files."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.database import sight
from contacts_service.imports.models import KEPT, Import, ImportStatus
from contacts_service.imports.service import forget_content
from contacts_service.imports.steps import steps
from shared.files import uploads
from shared.messaging.jobs import Jobs, claim
from shared.operations import run_operations

LOOK_S = 0.2
"""Somebody waits for the first row."""
ORPHANS_KEPT = KEPT + timedelta(days=1)
"""A file outlives its import if a process dies between the two; nothing needs it after this."""


def register(jobs: Jobs, files_dir: Path) -> None:
    run_operations(jobs, steps(files_dir), every_s=LOOK_S, sight=sight())
    is_left = (Import.file_deleted_at.is_(None), Import.status != ImportStatus.RUNNING.value)
    due = select(Import.tenant_id).where(*is_left, Import.created_at < func.now() - KEPT)

    @jobs.every(seconds=600, due=due)
    async def expire_import_files(session: AsyncSession, now: datetime) -> int:
        expired = claim(Import, where=[*is_left, Import.created_at < now - KEPT], limit=100)
        records = (await session.scalars(expired)).all()
        for record in records:
            await forget_content(session, record)
            await asyncio.to_thread(uploads.delete, files_dir, record.tenant_id, record.id)
        return len(records)

    @jobs.every(seconds=3600)
    async def delete_orphaned_files(_: AsyncSession, now: datetime) -> int:
        return await asyncio.to_thread(uploads.delete_older, files_dir, now - ORPHANS_KEPT)
