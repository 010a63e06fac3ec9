"""Uploads hold a person in forms that nobody can search for. They are copies, kept a week at most: all of them go."""

import asyncio
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.order_imports.models import OrderImport, OrderImportRunning
from interaction_service.order_imports.service import forget_content, refuse_running
from shared.files import uploads
from shared.privacy import Person, StillInUse, when_erased
from shared.privacy.person import Act


def forget_uploads(files_dir: Path) -> Act:
    async def forget(session: AsyncSession, person: Person) -> int:
        """Raises StillInUse while an import runs."""
        before = OrderImport.created_at <= when_erased(person.tenant_id, person.ids)
        kept = select(OrderImport).where(
            OrderImport.tenant_id == person.tenant_id, OrderImport.file_deleted_at.is_(None), before
        )
        records = (await session.scalars(kept.with_for_update())).all()
        for record in records:
            try:
                await refuse_running(session, record)
            except OrderImportRunning as error:
                raise StillInUse(error.detail) from error
        for record in records:
            await forget_content(session, record)
            await asyncio.to_thread(uploads.delete, files_dir, record.tenant_id, record.id)
        return len(records)

    return forget
