"""Commands on one export."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.exports.formats import Format
from contacts_service.exports.models import Export, ExportNotFound, ExportRunning, ExportStatus
from shared import operations
from shared.db.record import now
from shared.db.versions import check_version
from shared.operations import Operation

RUN = "contact_export"


async def create_export(
    session: AsyncSession, kind: Format, question: dict[str, Any], *, compressed: bool, language: str
) -> Operation:
    """The operation's `input` names the export."""
    actor_id = session.info["context"].actor_id
    export = Export(format=kind.value, question=question, compressed=compressed, language=language, owner_id=actor_id)
    session.add(export)
    await session.flush()
    operation = await operations.start(session, RUN, {"export_id": str(export.id)})
    export.operation_id = operation.id
    await session.flush()
    return operation


async def delete_export(session: AsyncSession, export_id: UUID, *, if_version: int | None = None) -> Export:
    """The caller deletes the files once this is committed. Raises ExportNotFound, ExportRunning, VersionMismatch."""
    tenant_id = session.info["context"].tenant_id
    found = select(Export).where(Export.tenant_id == tenant_id, Export.id == export_id, Export.deleted_at.is_(None))
    export = await session.scalar(found.with_for_update())
    if export is None:
        raise ExportNotFound(f"There is no export {export_id}.")
    check_version(export.version, if_version)
    if export.status == ExportStatus.RUNNING:
        raise ExportRunning("The export runs. Wait for its operation, or cancel it first.")
    export.deleted_at, export.parts = now(), []
    await session.flush()
    return export
