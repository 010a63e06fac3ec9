"""/v1/lists, and the lists of a contact"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts import queries as contacts
from contacts_service.contacts.schemas import ContactList as ContactsPage
from contacts_service.lists import queries, service
from contacts_service.lists.members import unknown_contacts
from contacts_service.lists.models import ContactList
from contacts_service.lists.schemas import (
    ListCombine,
    ListCopy,
    ListCreate,
    ListRead,
    ListsPage,
    ListUpdate,
    MembersChange,
    MembersChanged,
    MembersSearch,
)
from shared.auth import Principal
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
    no_content,
    record,
    requires,
    updated,
)
from shared.web.lists import ListParams, SearchBody, list_params, list_request, search_request
from shared.web.responses import NAMED, json_response

LOCATION = "/v1/lists"
router = APIRouter(tags=["lists"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]


class ListsParams(ListParams):
    """`mine`: only the caller's own."""

    mine: Annotated[bool, Field(description="Only your own lists, your address book among them.")] = False


if TYPE_CHECKING:
    ListFilters = ListsParams
    MemberFilters = ListParams
else:
    ListFilters = list_params("ListFilters", queries.COLLECTION, ListsParams)
    MemberFilters = list_params("MemberFilters", contacts.COLLECTION, ListParams)


@router.post(LOCATION, status_code=201, response_model=ListRead, dependencies=WRITE)
async def create_list(session: SessionDep, body: ListCreate) -> Response:
    """Create a list. It is empty, and private unless it says otherwise."""
    made = await service.create_list(session, body.given())
    return created(await _shown(session, made), ListRead, location=LOCATION)


@router.get(LOCATION, response_model=ListsPage, dependencies=READ)
async def list_lists(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    principal: PrincipalDep,
    params: Annotated[ListFilters, Query()],
) -> Response:
    """List the lists that you see. Your own, those shared with you, those of everyone."""
    asked = list_request(queries.COLLECTION, params)
    return listed(request, await queries.list_lists(reader, cursors, asked, principal.actor_id, mine=params.mine))


@router.put(LOCATION + "/personal", response_model=ListRead, dependencies=WRITE)
async def get_personal_list(session: SessionDep) -> Response:
    """Get your address book. A private list of your own that is always there."""
    return updated(await _shown(session, await service.personal_list(session)), ListRead)


@router.post(LOCATION + "/combine", status_code=201, response_model=ListRead, responses=NAMED, dependencies=WRITE)
async def combine_lists(session: SessionDep, body: ListCombine) -> Response:
    """Combine lists into a new one. All their contacts, those on every list, or the first's without the others'."""
    made = await service.combine_lists(session, body.name, body.operator, body.lists)
    return created(await _shown(session, made), ListRead, location=LOCATION)


@router.get(LOCATION + "/{list_id}", response_model=ListRead, dependencies=READ)
async def get_list(
    reader: ReaderDep, principal: PrincipalDep, list_id: UUID, if_none_match: IfNoneMatch = None
) -> Response:
    """Get a list. The ETag is that of the list; its number of contacts changes without it."""
    return record(await queries.get_list(reader, list_id, principal.actor_id), if_none_match)


@router.patch(LOCATION + "/{list_id}", response_model=ListRead, dependencies=WRITE)
async def update_list(
    session: SessionDep, principal: PrincipalDep, list_id: UUID, body: ListUpdate, if_match: IfMatch
) -> Response:
    """Change a list. Its name and who sees it; only its owner does, or a manager (403 `not_your_list`)."""
    changed = await service.update_list(
        session, list_id, body.given(), manages=_manages(principal), if_version=if_match
    )
    return updated(await _shown(session, changed), ListRead)


@router.delete(LOCATION + "/{list_id}", status_code=204, dependencies=WRITE)
async def delete_list(session: SessionDep, principal: PrincipalDep, list_id: UUID, if_match: IfMatch) -> Response:
    """Delete a list. Its contacts stay."""
    await service.delete_list(session, list_id, manages=_manages(principal), if_version=if_match)
    return no_content()


@router.get(LOCATION + "/{list_id}/contacts", response_model=ContactsPage, dependencies=READ)
async def list_members(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    principal: PrincipalDep,
    list_id: UUID,
    params: Annotated[MemberFilters, Query()],
) -> Response:
    """List the contacts of a list. By any filter and sort, as all contacts are listed."""
    asked = list_request(contacts.COLLECTION, params)
    return listed(request, await queries.contacts_of_list(reader, cursors, asked, principal.actor_id, list_id))


@router.post(LOCATION + "/{list_id}/members", response_model=MembersChanged, dependencies=WRITE)
async def change_members(session: SessionDep, list_id: UUID, body: MembersChange) -> Response:
    """Add contacts to a list and take contacts from it. Up to 1000 each; who is there already counts for nothing."""
    changed = await service.change_list(session, list_id, add=body.add, remove=body.remove)
    unknown = await unknown_contacts(session, body.add)
    return json_response({"added": len(changed.added), "removed": len(changed.removed), "unknown": unknown})


@router.post(LOCATION + "/{list_id}/members/search", status_code=202, response_model=OperationRead, dependencies=WRITE)
async def change_members_by_search(session: SessionDep, list_id: UUID, body: MembersSearch) -> Response:
    """Add or remove everyone whom a filter finds. As an operation; contacts that come later are not its business."""
    search_request(contacts.COLLECTION, SearchBody(filter=body.filter))
    search = body.model_dump(mode="json", by_alias=True)
    return accepted(await service.change_by_search(session, list_id, search))


@router.post(LOCATION + "/{list_id}/copy", status_code=201, response_model=ListRead, dependencies=WRITE)
async def copy_list(session: SessionDep, list_id: UUID, body: ListCopy) -> Response:
    """Copy a list. The copy is yours and private."""
    made = await service.copy_list(session, list_id, body.name)
    return created(await _shown(session, made), ListRead, location=LOCATION)


@router.get("/v1/contacts/{contact_id}/lists", response_model=ListsPage, dependencies=READ)
async def list_lists_of_contact(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    principal: PrincipalDep,
    contact_id: UUID,
    params: Annotated[ListParams, Query()],
) -> Response:
    """List the lists that a contact is on. As far as you see them."""
    asked = list_request(queries.COLLECTION, params)
    return listed(request, await queries.lists_of_contact(reader, cursors, asked, principal.actor_id, contact_id))


def _manages(principal: Principal) -> bool:
    return principal.may("contacts:manage")


async def _shown(session: AsyncSession, made: ContactList) -> ListRead:
    known = {name: getattr(made, name) for name in ListRead.model_fields if name != "contacts"}
    count = await session.scalar(queries.COUNT, {"tenant_id": made.tenant_id, "id": made.id})
    return ListRead(**known, contacts=count or 0)
