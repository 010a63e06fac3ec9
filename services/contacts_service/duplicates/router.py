"""/v1/duplicates, and the duplicates of one contact"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.duplicates import queries, service
from contacts_service.duplicates.scans import start_scan as start
from contacts_service.duplicates.schemas import (
    DuplicateCheck,
    DuplicateCreate,
    DuplicateList,
    DuplicateParams,
    DuplicateRead,
    Suggestions,
)
from contacts_service.duplicates.suggestions import suggest_for, suggest_for_new
from shared.operations import accepted
from shared.operations.schemas import OperationRead
from shared.web import (
    APIRouter,
    CursorsDep,
    IfNoneMatch,
    ReaderDep,
    SessionDep,
    created,
    listed,
    requires,
    updated,
)
from shared.web.expanded import ExpandParam, expanded_record
from shared.web.lists import list_params, list_request
from shared.web.responses import MOVED, NAMED, json_response

router = APIRouter(tags=["duplicates"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]

if TYPE_CHECKING:
    DuplicateFilters = DuplicateParams
else:
    DuplicateFilters = list_params("DuplicateFilters", queries.COLLECTION, DuplicateParams)


@router.get("/v1/contacts/{contact_id}/duplicates", response_model=Suggestions, responses=MOVED, dependencies=READ)
async def get_contact_duplicates(session: SessionDep, contact_id: UUID) -> Response:
    """Find who a contact may be. Judged now, likeliest first, each with its reasons; dismissed pairs are left out."""
    return json_response({"data": await suggest_for(session, contact_id)})


@router.post("/v1/duplicates/check", response_model=Suggestions, dependencies=READ)
async def check_duplicates(session: SessionDep, body: DuplicateCheck) -> Response:
    """Find who a new contact may be. Before it is created; nothing is stored."""
    return json_response({"data": await suggest_for_new(session, body.given())})


@router.get("/v1/duplicates", response_model=DuplicateList, dependencies=READ)
async def list_duplicates(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[DuplicateFilters, Query()]
) -> Response:
    """List pairs that may be one person. Likeliest first, 50 a page; `status=open`: those to decide about."""
    asked = list_request(queries.COLLECTION, params)
    page = await queries.list_duplicates(
        reader, cursors, asked, min_score=params.min_score, contact_id=params.contact_id
    )
    return listed(request, page)


@router.post("/v1/duplicates", status_code=201, response_model=DuplicateRead, responses=NAMED, dependencies=WRITE)
async def report_duplicate(session: SessionDep, body: DuplicateCreate) -> Response:
    """Report two contacts that may be one person. Judged like any pair, and open whatever was decided before."""
    return created(await service.report_pair(session, *body.contact_ids), DuplicateRead, location="/v1/duplicates")


@router.post(
    "/v1/duplicates/scans",
    status_code=202,
    response_model=OperationRead,
    dependencies=WRITE,
)
async def start_scan(session: SessionDep) -> Response:
    """Look through all contacts for duplicates. In the background; new and changed ones are looked at by themselves."""
    return accepted(await start(session))


@router.get("/v1/duplicates/{duplicate_id}", response_model=DuplicateRead, dependencies=READ)
async def get_duplicate(
    reader: ReaderDep, duplicate_id: UUID, if_none_match: IfNoneMatch = None, expand: ExpandParam = None
) -> Response:
    """Get a pair that may be one person."""
    duplicate = await queries.get_duplicate(reader, duplicate_id)
    return await expanded_record(reader, duplicate, queries.EXPANSIONS, expand, if_none_match)


@router.post("/v1/duplicates/{duplicate_id}/dismiss", response_model=DuplicateRead, dependencies=WRITE)
async def dismiss_duplicate(session: SessionDep, duplicate_id: UUID) -> Response:
    """Say that the two are not one person.

    The pair is not suggested again, unless one of them changes in what people are recognised by.
    """
    return updated(await service.dismiss_duplicate(session, duplicate_id), DuplicateRead)
