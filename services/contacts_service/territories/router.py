"""/v1/territories"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.contacts.queries import COLLECTION as CONTACTS
from contacts_service.contacts.schemas import ContactList
from contacts_service.territories import queries, service
from contacts_service.territories.schemas import (
    TerritoryCreate,
    TerritoryList,
    TerritoryPreview,
    TerritoryRead,
    TerritoryRule,
    TerritoryUpdate,
)
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
from shared.web.lists import ListParams, list_params, list_request
from shared.web.responses import json_response, record

LOCATION = "/v1/territories"
router = APIRouter(prefix=LOCATION, tags=["territories"])
READ = [requires("contacts:read")]
ASSIGN = [requires("contacts:assign")]

if TYPE_CHECKING:
    TerritoryFilters = ListParams
    MemberFilters = ListParams
else:
    TerritoryFilters = list_params("TerritoryFilters", queries.COLLECTION, ListParams)
    MemberFilters = list_params("TerritoryContactFilters", CONTACTS, ListParams)


@router.post("", status_code=201, response_model=TerritoryRead, dependencies=ASSIGN)
async def create_territory(session: SessionDep, body: TerritoryCreate) -> Response:
    """Create a territory. It says by conditions whose customers are whose; 422 `unknown_team`."""
    return created(await service.create_territory(session, body.model_dump()), TerritoryRead, location=LOCATION)


@router.get("", response_model=TerritoryList, dependencies=READ)
async def list_territories(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[TerritoryFilters, Query()]
) -> Response:
    """List territories. By priority, as they are tried."""
    return listed(request, await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params)))


@router.post("/preview", response_model=TerritoryPreview, dependencies=READ)
async def preview_territory(reader: ReaderDep, body: TerritoryRule) -> Response:
    """Count whom a territory would hold. Nothing is stored; counted up to 10,000."""
    return json_response({"contacts": await queries.preview(reader, body.model_dump())})


@router.get("/{territory_id}", response_model=TerritoryRead, dependencies=READ)
async def get_territory(reader: ReaderDep, territory_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get a territory. 410 `resource_deleted`."""
    return record(await queries.get_territory(reader, territory_id), if_none_match)


@router.get("/{territory_id}/contacts", response_model=ContactList, dependencies=READ)
async def list_territory_contacts(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    territory_id: UUID,
    params: Annotated[MemberFilters, Query()],
) -> Response:
    """List the contacts of a territory. Those that meet its conditions and no territory's that comes before it."""
    asked = list_request(CONTACTS, params)
    return listed(request, await queries.contacts_of(reader, cursors, territory_id, asked))


@router.patch("/{territory_id}", response_model=TerritoryRead, dependencies=ASSIGN)
async def update_territory(
    session: SessionDep, territory_id: UUID, body: TerritoryUpdate, if_match: IfMatch
) -> Response:
    """Change a territory. Only what the body names changes; customers keep their owners."""
    territory = await service.update_territory(session, territory_id, body.given(), if_version=if_match)
    return updated(territory, TerritoryRead)


@router.delete("/{territory_id}", status_code=204, dependencies=ASSIGN)
async def delete_territory(session: SessionDep, territory_id: UUID, if_match: IfMatch) -> Response:
    """Delete a territory. Its customers keep their owners."""
    await service.delete_territory(session, territory_id, if_version=if_match)
    return no_content()
