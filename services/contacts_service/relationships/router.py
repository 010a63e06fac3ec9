"""/v1/contacts/{id}/relationships, /v1/companies/{id}/relationships, /v1/relationships"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.relationship_kinds.kinds import PartyType
from contacts_service.relationships import households, queries, service
from contacts_service.relationships.parties import Party
from contacts_service.relationships.schemas import (
    Household,
    RelationshipCreate,
    RelationshipList,
    RelationshipParams,
    RelationshipRead,
    RelationshipUpdate,
)
from shared.web import (
    APIRouter,
    CursorsDep,
    IfMatch,
    ReaderDep,
    SessionDep,
    created,
    listed,
    no_content,
    record,
    requires,
    updated,
)
from shared.web.lists import list_params, list_request
from shared.web.responses import json_response

LOCATION = "/v1/relationships"
router = APIRouter(prefix="/v1", tags=["relationships"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]

if TYPE_CHECKING:
    Filters = RelationshipParams
else:
    Filters = list_params("RelationshipFilters", queries.COLLECTION, RelationshipParams)
Params = Annotated[Filters, Query()]


@router.get("/contacts/{contact_id}/relationships", response_model=RelationshipList, dependencies=READ)
async def list_contact_relationships(
    request: Request, reader: ReaderDep, cursors: CursorsDep, contact_id: UUID, params: Params
) -> Response:
    """List the relationships of a contact. All that ever were; `at` gives those of one day, `is_current` today's."""
    party, asked = Party(PartyType.CONTACT, contact_id), list_request(queries.COLLECTION, params)
    return listed(request, await queries.list_relationships(reader, cursors, party, asked, params.at))


@router.post(
    "/contacts/{contact_id}/relationships", status_code=201, response_model=RelationshipRead, dependencies=WRITE
)
async def relate_contact(session: SessionDep, contact_id: UUID, body: RelationshipCreate) -> Response:
    """Relate a contact to another one or to a company. 409 `relationship_exists` if they are related so already.

    The first employment that holds today becomes the main one: the contact's `company_id` is its company.
    """
    return await _relate(session, Party(PartyType.CONTACT, contact_id), body)


@router.get("/companies/{company_id}/relationships", response_model=RelationshipList, dependencies=READ)
async def list_company_relationships(
    request: Request, reader: ReaderDep, cursors: CursorsDep, company_id: UUID, params: Params
) -> Response:
    """List the relationships of a company. Its employees of today and of old among them; `at` is one day."""
    party, asked = Party(PartyType.COMPANY, company_id), list_request(queries.COLLECTION, params)
    return listed(request, await queries.list_relationships(reader, cursors, party, asked, params.at))


@router.post(
    "/companies/{company_id}/relationships", status_code=201, response_model=RelationshipRead, dependencies=WRITE
)
async def relate_company(session: SessionDep, company_id: UUID, body: RelationshipCreate) -> Response:
    """Relate a company to a contact or to another one. 409 `relationship_exists` if they are related so already."""
    return await _relate(session, Party(PartyType.COMPANY, company_id), body)


@router.get("/contacts/{contact_id}/household", response_model=Household, dependencies=READ)
async def get_household(reader: ReaderDep, contact_id: UUID) -> Response:
    """Get the household of a contact. Its head and all its members of today, at most 200.

    A contact belongs to one by a relationship of the kind `household_head`.
    """
    return json_response({"data": await households.get_household(reader, contact_id)})


@router.get("/relationships/{relationship_id}", response_model=RelationshipRead, dependencies=READ)
async def get_relationship(reader: ReaderDep, relationship_id: UUID) -> Response:
    """Get a relationship. An employment is seen from the contact."""
    return record(await queries.get_relationship(reader, relationship_id))  # the ETag tells nothing of the two names


@router.patch("/relationships/{relationship_id}", response_model=RelationshipRead, dependencies=WRITE)
async def update_relationship(
    session: SessionDep, relationship_id: UUID, body: RelationshipUpdate, if_match: IfMatch
) -> Response:
    """Change a relationship. Only what the body names changes. 412 if `If-Match` names an older version.

    `valid_to` ends it. The main employment's end clears the contact's `company_id`.
    """
    changed = await service.change(session, relationship_id, body.given(), if_version=if_match)
    return updated(await queries.just_written(session, changed.id), RelationshipRead)


@router.delete("/relationships/{relationship_id}", status_code=204, dependencies=WRITE)
async def delete_relationship(session: SessionDep, relationship_id: UUID, if_match: IfMatch) -> Response:
    """Delete a relationship. As if it had never been: to end one, give it a `valid_to`."""
    await service.delete(session, relationship_id, if_version=if_match)
    return no_content()


async def _relate(session: SessionDep, party: Party, body: RelationshipCreate) -> Response:
    made = await service.relate(session, party, body.given())
    return created(await queries.just_written(session, made.id, party), RelationshipRead, location=LOCATION)
