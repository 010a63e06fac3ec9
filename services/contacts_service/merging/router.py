"""/v1/merges, and the merges of one contact"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.contacts.models import Contact
from contacts_service.contacts.schemas import ContactRead
from contacts_service.merging import queries, service
from contacts_service.merging.models import Merge
from contacts_service.merging.schemas import MergeList, MergePreview, MergeRead, MergeWrite
from contacts_service.merging.undoing import undo_merge as undo
from shared.web import APIRouter, CursorsDep, IfMatch, IfNoneMatch, ReaderDep, SessionDep, listed, record, requires
from shared.web.lists import ListParams, list_params, list_request
from shared.web.preconditions import etag
from shared.web.responses import RECORD_CACHE, JsonResponse, json_response, updated

router = APIRouter(tags=["merges"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]

if TYPE_CHECKING:
    MergeFilters = ListParams
else:
    MergeFilters = list_params("MergeFilters", queries.COLLECTION, ListParams)


@router.post("/v1/contacts/{contact_id}/merge-preview", response_model=MergePreview, dependencies=WRITE)
async def preview_merge(session: SessionDep, contact_id: UUID, body: MergeWrite) -> Response:
    """Show what a merge would do. Where the contacts differ, and what the survivor would have; nothing is changed."""
    union = await service.unite(session, contact_id, body.wanted())
    return json_response(MergePreview.of(union).model_dump(mode="json"))


@router.post("/v1/contacts/{contact_id}/merge", response_model=MergeRead, dependencies=WRITE)
async def merge_contacts(session: SessionDep, contact_id: UUID, body: MergeWrite, if_match: IfMatch) -> Response:
    """Merge contacts into this one.

    The others lead here from now on: reading one is a 308, changing one a 409 `resource_merged`, and what happened
    with them happened with the survivor. `POST /v1/merges/{id}/undo` takes it back at any later time.
    """
    merge, survivor = await service.merge_contacts(session, contact_id, body.wanted(), if_version=if_match)
    return _with_survivor(merge, survivor)


@router.get("/v1/merges", response_model=MergeList, dependencies=READ)
async def list_merges(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[MergeFilters, Query()]
) -> Response:
    """List merges. Undone ones are among them; newest first, 50 a page."""
    page = await queries.list_merges(reader, cursors, list_request(queries.COLLECTION, params))
    return listed(request, page)


@router.get("/v1/merges/{merge_id}", response_model=MergeRead, dependencies=READ)
async def get_merge(reader: ReaderDep, merge_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get a merge."""
    return record(await queries.get_merge(reader, merge_id), if_none_match)


@router.post("/v1/merges/{merge_id}/undo", response_model=MergeRead, dependencies=WRITE)
async def undo_merge(session: SessionDep, merge_id: UUID) -> Response:
    """Undo a merge.

    The contacts are as they were, and so is what happened with each; what was changed or added since stays with the
    survivor. Merges can be undone in any order. 409 if another contact has a restored one's e-mail by now.
    """
    return updated(await undo(session, merge_id), MergeRead)


def _with_survivor(merge: Merge, survivor: Contact) -> Response:
    read = MergeRead.model_validate(merge).model_copy(update={"survivor": ContactRead.model_validate(survivor)})
    headers = {"ETag": etag(merge.version), "Cache-Control": RECORD_CACHE}
    return JsonResponse(read.model_dump_json().encode(), 200, headers)
