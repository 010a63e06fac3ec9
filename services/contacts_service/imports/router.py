"""/v1/imports"""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Depends, Form, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from contacts_service.imports import queries, service
from contacts_service.imports.previews import inspect
from contacts_service.imports.schemas import ImportList, ImportRead, ImportUpdate, UploadForm
from contacts_service.imports.service import DRY_RUN, RUN, NewFile
from contacts_service.vcards.tables import tabulate_cards
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
    created,
    listed,
    record,
    requires,
    updated,
)
from shared.web.downloads import CSV_RESPONSE, csv_file
from shared.web.idempotency import require_key
from shared.web.lists import ListParams, list_params, list_request
from shared.web.uploads import MULTIPART, FilesDir, demand_multipart, stored

LOCATION = "/v1/imports"
router = APIRouter(prefix=LOCATION, tags=["imports"])
IMPORT = [requires("contacts:import")]
if TYPE_CHECKING:
    ImportFilters = ListParams
else:
    ImportFilters = list_params("ImportFilters", queries.COLLECTION, ListParams)


async def take_file(
    files_dir: FilesDir, principal: PrincipalDep, form: Annotated[UploadForm, Form(media_type=MULTIPART)]
) -> AsyncIterator[NewFile]:
    """Stored and looked into before any transaction begins; deleted again if the request fails."""
    async with stored(form.file, files_dir, principal.tenant_id) as (upload_id, upload):
        await asyncio.to_thread(tabulate_cards, upload.path)
        found = await asyncio.to_thread(inspect, upload.path, encoding=form.encoding, delimiter=form.delimiter_char)
        yield NewFile(id=upload_id, name=form.file_name, upload=upload, found=found)


NewFileDep = Annotated[NewFile, Depends(take_file, scope="function")]


@router.post(
    "",
    status_code=201,
    response_model=ImportRead,
    dependencies=[*IMPORT, Depends(demand_multipart), Depends(require_key)],
    max_body_size=uploads.MULTIPART_BYTES,
)
async def create_import(file: NewFileDep, session: SessionDep) -> Response:
    """Upload a file of contacts. The answer shows whose layout it has and how its rows would be read.

    CSV, XLSX, or the cards of an address book (vCard 4.0, 3.0 or 2.1), each of which is a row.
    """
    return created(await service.create_import(session, file), ImportRead, location=LOCATION)


@router.get("", response_model=ImportList, dependencies=IMPORT)
async def list_imports(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[ImportFilters, Query()]
) -> Response:
    """List imports. The newest first."""
    return listed(request, await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params)))


@router.get("/{import_id}", response_model=ImportRead, dependencies=IMPORT)
async def get_import(reader: ReaderDep, import_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get an import. How its file is read, how far it is, what came of it."""
    return record(await queries.get_import(reader, import_id), if_none_match)


@router.patch("/{import_id}", response_model=ImportRead, dependencies=IMPORT)
async def update_import(
    session: SessionDep, files_dir: FilesDir, import_id: UUID, body: ImportUpdate, if_match: IfMatch
) -> Response:
    """Change an import. How its file is read and what its rows do. 409 `import_running` while it runs."""
    given = body.model_dump(mode="json", exclude_unset=True)
    return updated(
        await service.change_import(session, import_id, given, files_dir=files_dir, if_version=if_match), ImportRead
    )


@router.post("/{import_id}/dry-run", status_code=202, response_model=OperationRead, dependencies=IMPORT)
async def dry_run_import(session: SessionDep, import_id: UUID) -> Response:
    """Try an import. Tells what a run would do, row errors included, and changes nothing.

    Rows about a person of an earlier row count as updated, even if they bring nothing new.
    """
    return accepted(await service.start_run(session, import_id, DRY_RUN))


@router.post(
    "/{import_id}/run", status_code=202, response_model=OperationRead, dependencies=[*IMPORT, Depends(require_key)]
)
async def run_import(session: SessionDep, import_id: UUID) -> Response:
    """Run an import. The operation tells how far it is; importing the same file again changes nothing."""
    return accepted(await service.start_run(session, import_id, RUN))


@router.get("/{import_id}/errors", response_class=StreamingResponse, responses=CSV_RESPONSE, dependencies=IMPORT)
async def get_import_errors(reader: ReaderDep, import_id: UUID) -> StreamingResponse:
    """Get the rows that failed.

    Those of the last run or dry run, with reasons: correct them, upload the file as it is.
    """
    return csv_file(await queries.error_file(reader, import_id), f"import-{import_id}-errors.csv")


@router.delete("/{import_id}", status_code=204, dependencies=IMPORT)
async def delete_import(session: SessionDep, files_dir: FilesDir, import_id: UUID, if_match: IfMatch) -> Response:
    """Delete an import. Its file and its errors go with it. The contacts that it made stay."""
    deleted = await service.delete_import(session, import_id, if_version=if_match)
    forget = BackgroundTask(uploads.delete, files_dir, deleted.tenant_id, deleted.id)
    return Response(status_code=204, background=forget)
