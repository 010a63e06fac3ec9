"""/v1/companies"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.companies import hierarchy, queries, service
from contacts_service.companies.batch import change_one, create_all
from contacts_service.companies.schemas import (
    CompanyCreate,
    CompanyList,
    CompanyRead,
    CompanyUpdate,
    Hierarchy,
    NearestCompanies,
    NearestParams,
)
from contacts_service.fields.asking import PREFIX, asked
from contacts_service.fields.models import RecordType
from contacts_service.history.schemas import ChangeList
from contacts_service.places.geography import Position
from shared.web import (
    APIRouter,
    CursorsDep,
    IfMatch,
    IfNoneMatch,
    ReaderDep,
    SessionDep,
    created,
    listed,
    no_content,
    requires,
    updated,
)
from shared.web.batches import Batch, BatchResults, batch_response, run_batch
from shared.web.expanded import ExpandParam, expanded_record
from shared.web.lists import ListParams, OpenParams, SearchBody, list_params, list_request, names_in, search_request
from shared.web.responses import json_response
from shared.web.route import BATCH_BODY_BYTES, QUERY_PREFIXES

LOCATION = "/v1/companies"
router = APIRouter(prefix=LOCATION, tags=["companies"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]
CUSTOM = {QUERY_PREFIXES: [PREFIX]}

if TYPE_CHECKING:
    CompanyFilters = OpenParams
    CompanyChangeFilters = ListParams
else:
    CompanyChangeFilters = list_params("CompanyChangeFilters", queries.CHANGES, ListParams)
    CompanyFilters = list_params("CompanyFilters", queries.COLLECTION, OpenParams)


@router.post("", status_code=201, response_model=CompanyRead, dependencies=WRITE)
async def create_company(session: SessionDep, body: CompanyCreate) -> Response:
    """Create a company. 409 `tax_id_taken` if a live company has the tax id."""
    return created(await service.create_company(session, body.given()), CompanyRead, location=LOCATION)


@router.get("", openapi_extra=CUSTOM, response_model=CompanyList, dependencies=READ)
async def list_companies(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    params: Annotated[CompanyFilters, Query()],
) -> Response:
    """List companies. By any filter and sort, 50 a page."""
    more = await asked(reader, RecordType.COMPANY, names_in(params))
    page = await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params, more))
    return listed(request, page)


@router.post("/search", response_model=CompanyList, dependencies=READ)
async def search_companies(request: Request, reader: ReaderDep, cursors: CursorsDep, body: SearchBody) -> Response:
    """Search companies. By a tree of conditions."""
    more = await asked(reader, RecordType.COMPANY, names_in(body))
    page = await queries.COLLECTION.page(reader, cursors, search_request(queries.COLLECTION, body, more))
    return listed(request, page)


@router.post(
    "/batch",
    response_model=BatchResults,
    responses={207: {"model": BatchResults}},
    dependencies=WRITE,
    max_body_size=BATCH_BODY_BYTES,
)
async def batch_companies(request: Request, session: SessionDep, body: Batch) -> Response:
    """Change many companies.

    Up to 200 changes by id, without `upsert`; 207 if some failed; `atomic`: 422 and nothing changed.
    """
    return batch_response(request, await run_batch(session, body, create=create_all, change=change_one))


@router.get("/nearest", response_model=NearestCompanies, dependencies=READ)
async def nearest_companies(reader: ReaderDep, params: Annotated[NearestParams, Query()]) -> Response:
    """List the nearest companies. Those with a position, by their distance along the great circle."""
    here = Position(params.latitude, params.longitude)
    found = await queries.nearest_companies(reader, here, radius_km=params.radius_km, limit=params.limit)
    return json_response({"data": found})


@router.get("/{company_id}/hierarchy", response_model=Hierarchy, dependencies=READ)
async def get_hierarchy(reader: ReaderDep, company_id: UUID) -> Response:
    """Get the hierarchy of a company. The whole tree that it stands in, with the number of contacts of each.

    At most 20 levels up and down and 1000 companies.
    """
    return json_response(await hierarchy.get_hierarchy(reader, company_id))


@router.get("/{company_id}", response_model=CompanyRead, dependencies=READ)
async def get_company(
    reader: ReaderDep, company_id: UUID, if_none_match: IfNoneMatch = None, expand: ExpandParam = None
) -> Response:
    """Get a company. 410 `resource_deleted`."""
    company = await queries.get_company(reader, company_id)
    return await expanded_record(reader, company, queries.EXPANSIONS, expand, if_none_match)


@router.get("/{company_id}/changes", response_model=ChangeList, dependencies=READ)
async def list_company_changes(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    company_id: UUID,
    params: Annotated[CompanyChangeFilters, Query()],
) -> Response:
    """List a company's changes. Who, when, from what to what; newest first, its creation last."""
    page = await queries.list_changes(reader, cursors, company_id, list_request(queries.CHANGES, params))
    return listed(request, page)


@router.patch("/{company_id}", response_model=CompanyRead, dependencies=WRITE)
async def update_company(session: SessionDep, company_id: UUID, body: CompanyUpdate, if_match: IfMatch) -> Response:
    """Change a company. Only what the body names changes (merge patch). 412 if `If-Match` names an older version."""
    return updated(await service.update_company(session, company_id, body.given(), if_version=if_match), CompanyRead)


@router.delete("/{company_id}", status_code=204, dependencies=WRITE)
async def delete_company(session: SessionDep, company_id: UUID, if_match: IfMatch) -> Response:
    """Delete a company. `restore` brings it back. Its contacts stay."""
    await service.delete_company(session, company_id, if_version=if_match)
    return no_content()


@router.post("/{company_id}/restore", response_model=CompanyRead, dependencies=WRITE)
async def restore_company(session: SessionDep, company_id: UUID) -> Response:
    """Restore a company. It must have been deleted."""
    return updated(await service.restore_company(session, company_id), CompanyRead)
