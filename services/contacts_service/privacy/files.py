"""Files hold a person in forms that nobody can search for. They are copies, kept a week at most: all of them go."""

import asyncio
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.exports.models import Export, ExportStatus
from contacts_service.imports.models import Import, ImportRunning
from contacts_service.imports.service import forget_content, refuse_running
from shared.files import uploads
from shared.privacy import Person, StillInUse, when_erased
from shared.privacy.person import Act

HAVING_FILES = (ExportStatus.RUNNING.value, ExportStatus.SUCCEEDED.value)


def forget_uploads(files_dir: Path) -> Act:
    async def forget(session: AsyncSession, person: Person) -> int:
        """Raises StillInUse while an import runs."""
        before = Import.created_at <= when_erased(person.tenant_id, person.ids)
        kept = select(Import).where(Import.tenant_id == person.tenant_id, Import.file_deleted_at.is_(None), before)
        records = (await session.scalars(kept.with_for_update())).all()
        for record in records:
            try:
                await refuse_running(session, record)
            except ImportRunning as error:
                raise StillInUse(error.detail) from error
        for record in records:
            await forget_content(session, record)
            await asyncio.to_thread(uploads.delete, files_dir, record.tenant_id, record.id)
        return len(records)

    return forget


def forget_exports(files_dir: Path) -> Act:
    async def forget(session: AsyncSession, person: Person) -> int:
        """Raises StillInUse while an export runs."""
        before = Export.created_at <= when_erased(person.tenant_id, person.ids)
        kept = select(Export).where(Export.tenant_id == person.tenant_id, Export.status.in_(HAVING_FILES), before)
        exports = (await session.scalars(kept.with_for_update())).all()
        if any(export.status == ExportStatus.RUNNING for export in exports):
            raise StillInUse("An export runs that may hold the person.")
        for export in exports:
            export.status, export.parts = ExportStatus.EXPIRED.value, []
            await asyncio.to_thread(uploads.delete, files_dir, export.tenant_id, export.id)
        await session.flush()
        return len(exports)

    return forget
