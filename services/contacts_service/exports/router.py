"""/v1/exports"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from contacts_service.contacts.queries import COLLECTION as CONTACTS
from contacts_service.exports import queries, service
from contacts_service.exports.formats import CSV_TYPE, ENDINGS, MEDIA_TYPES, Format
from contacts_service.exports.models import ExportExpired, ExportNotFound
from contacts_service.exports.parts import part_path
from contacts_service.exports.schemas import ExportCreate, ExportList, ExportRead
from contacts_service.history.queries import plain
from shared.files import uploads
from shared.operations import accepted
from shared.operations.schemas import OperationRead
from shared.web import (
    APIRouter,
    CursorsDep,
    IfMatch,
    IfNoneMatch,
    PrincipalDep,
    ReaderDep,
    SessionDep,
    listed,
    record,
    requires,
)
from shared.web.idempotency import require_key
from shared.web.lists import ListParams, SearchBody, list_params, list_request, search_request
from shared.web.uploads import FilesDir

router = APIRouter(prefix="/v1/exports", tags=["exports"])
EXPORT = [requires("exports:write")]
if TYPE_CHECKING:
    ExportFilters = ListParams
else:
    ExportFilters = list_params("ExportFilters", queries.COLLECTION, ListParams)
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "examples": {
                    "example": {"value": "id,full_name\r\n019a3c1e-7a00-7000-8000-00000000000a,Ada Lovelace\r\n"}
                },
            }
        },
        "description": "The file, of the type that the export's format has; with gzip if it is compressed.",
    }
}


@router.post("", status_code=202, response_model=OperationRead, dependencies=[*EXPORT, Depends(require_key)])
async def create_export(session: SessionDep, body: ExportCreate) -> Response:
    """Export contacts. All of one moment, in files of at most 100 MB; the operation's result names the export."""
    question = body.model_dump(mode="json", by_alias=True, include={"filter", "q"}, exclude_unset=True)
    search_request(CONTACTS, SearchBody.model_validate(question))
    operation = await service.create_export(
        session, body.format, question, compressed=body.compressed, language=body.language
    )
    return accepted(operation)


@router.get("", response_model=ExportList, dependencies=EXPORT)
async def list_exports(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[ExportFilters, Query()]
) -> Response:
    """List exports. The newest first."""
    return listed(request, await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params)))


@router.get("/{export_id}", response_model=ExportRead, dependencies=EXPORT)
async def get_export(reader: ReaderDep, export_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get an export. Its files with their sizes and hashes, which are kept for 7 days."""
    return record(await queries.get_export(reader, export_id), if_none_match)


@router.get("/{export_id}/parts/{number}", response_class=FileResponse, responses=FILE, dependencies=EXPORT)
async def get_export_part(
    reader: ReaderDep, principal: PrincipalDep, files_dir: FilesDir, export_id: UUID, number: int
) -> Response:
    """Get a file of an export. 409 `export_running`, 410 `export_expired`."""
    export = await queries.get_finished(reader, export_id)
    path = part_path(files_dir, principal.tenant_id, export_id, number)
    if not 1 <= number <= len(plain(export["parts"])):
        raise ExportNotFound(f"Export {export_id} has no part {number}.")
    return _file(path, Format(export["format"]), number, compressed=export["compressed"])


@router.delete("/{export_id}", status_code=204, dependencies=EXPORT)
async def delete_export(session: SessionDep, files_dir: FilesDir, export_id: UUID, if_match: IfMatch) -> Response:
    """Delete an export. Its files go with it."""
    deleted = await service.delete_export(session, export_id, if_version=if_match)
    forget = BackgroundTask(uploads.delete, files_dir, deleted.tenant_id, deleted.id)
    return Response(status_code=204, background=forget)


def _file(path: Path, kind: Format, number: int, *, compressed: bool) -> FileResponse:
    if not path.exists():
        raise ExportExpired("The file is no longer here. Start the export again.")
    ending = ENDINGS.get(kind, "csv") + (".gz" if compressed else "")
    media_type = "application/gzip" if compressed else f"{MEDIA_TYPES.get(kind, CSV_TYPE)}; charset=utf-8"
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(path, headers=headers, media_type=media_type, filename=f"contacts-{number}.{ending}")
