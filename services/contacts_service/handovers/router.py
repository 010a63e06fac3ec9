"""/v1/handovers, and what of them stands beside contacts"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.contacts.queries import COLLECTION as CONTACTS
from contacts_service.handovers import queries, service
from contacts_service.handovers.schemas import HandoverList, HandoverRead, OwnerHistory, Reassign, Reassigned
from shared.web import APIRouter, CursorsDep, IfNoneMatch, ReaderDep, SessionDep, listed, requires, updated
from shared.web.lists import ListParams, SearchBody, list_params, list_request, search_request
from shared.web.responses import json_response, record

router = APIRouter(prefix="/v1", tags=["handovers"])
READ = [requires("contacts:read")]
ASSIGN = [requires("contacts:assign")]
HANDED = {"from_owner_id", "contact_ids"}
HOW = {"to_owner_id", "reason", "note", "return_at", "dry_run"}

if TYPE_CHECKING:
    HandoverFilters = ListParams
else:
    HandoverFilters = list_params("HandoverFilters", queries.COLLECTION, ListParams)


@router.post("/contacts/reassign", response_model=Reassigned, dependencies=ASSIGN)
async def reassign_contacts(session: SessionDep, body: Reassign) -> Response:
    """Give contacts to another owner. All of a colleague's, some, or those that a filter finds, in one transaction.

    At most 20,000 a call. `dry_run` only counts. With `return_at` they come back by themselves.
    """
    tree = search_request(CONTACTS, SearchBody(filter=body.filter)).filter
    whom = service.Whom(filter=tree, **body.model_dump(include=HANDED))
    outcome = await service.reassign(session, whom, **body.model_dump(include=HOW))
    return json_response(Reassigned.model_validate(outcome).model_dump(mode="json"))


@router.get("/contacts/{contact_id}/owners", response_model=OwnerHistory, dependencies=READ)
async def list_contact_owners(reader: ReaderDep, contact_id: UUID) -> Response:
    """List the owners that a contact had. Newest first, at most 200 changes; the last is whose it was at first."""
    return json_response({"data": await queries.owners_of(reader, contact_id)})


@router.get("/handovers", response_model=HandoverList, dependencies=ASSIGN)
async def list_handovers(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[HandoverFilters, Query()]
) -> Response:
    """List handovers. Newest first."""
    return listed(request, await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params)))


@router.get("/handovers/{handover_id}", response_model=HandoverRead, dependencies=ASSIGN)
async def get_handover(reader: ReaderDep, handover_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get a handover. It tells how many contacts changed hands, and whether they are back."""
    return record(await queries.get_handover(reader, handover_id), if_none_match)


@router.post("/handovers/{handover_id}/return", response_model=HandoverRead, dependencies=ASSIGN)
async def return_handover(session: SessionDep, handover_id: UUID) -> Response:
    """End a temporary handover now. Contacts go back to whom they came from; 409 `not_temporary`."""
    return updated(await service.return_now(session, handover_id), HandoverRead)
