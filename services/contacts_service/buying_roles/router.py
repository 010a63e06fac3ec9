"""/v1/companies/{id}/buying-roles, /v1/contacts/{id}/buying-roles"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.buying_roles import queries, service
from contacts_service.buying_roles.schemas import BuyingRoleList, BuyingRoleParams, BuyingRolePut, BuyingRoleRead
from shared.web import APIRouter, CursorsDep, IfMatch, ReaderDep, SessionDep, listed, no_content, requires, updated
from shared.web.lists import list_params, list_request

router = APIRouter(prefix="/v1", tags=["relationships"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]

if TYPE_CHECKING:
    Filters = BuyingRoleParams
else:
    Filters = list_params("BuyingRoleFilters", queries.COLLECTION, BuyingRoleParams)
Params = Annotated[Filters, Query()]


@router.get("/companies/{company_id}/buying-roles", response_model=BuyingRoleList, dependencies=READ)
async def list_company_buying_roles(
    request: Request, reader: ReaderDep, cursors: CursorsDep, company_id: UUID, params: Params
) -> Response:
    """List who has a part in what a company buys. The most influential first; `role=decision_maker`: who decides."""
    asked = list_request(queries.COLLECTION, params)
    return listed(request, await queries.list_of_company(reader, cursors, company_id, asked, params.role))


@router.get("/contacts/{contact_id}/buying-roles", response_model=BuyingRoleList, dependencies=READ)
async def list_contact_buying_roles(
    request: Request, reader: ReaderDep, cursors: CursorsDep, contact_id: UUID, params: Params
) -> Response:
    """List the companies in whose buying a contact has a part. `role=decision_maker`: where it decides."""
    asked = list_request(queries.COLLECTION, params)
    return listed(request, await queries.list_of_contact(reader, cursors, contact_id, asked, params.role))


@router.put("/companies/{company_id}/buying-roles/{contact_id}", response_model=BuyingRoleRead, dependencies=WRITE)
async def put_buying_role(
    session: SessionDep, company_id: UUID, contact_id: UUID, body: BuyingRolePut, if_match: IfMatch
) -> Response:
    """Say what part a contact has in what a company buys. Replaces what was known; it need not work there."""
    role = await service.assign(session, company_id, contact_id, body.given(), if_version=if_match)
    return updated(await queries.just_written(session, role.id), BuyingRoleRead)


@router.delete("/companies/{company_id}/buying-roles/{contact_id}", status_code=204, dependencies=WRITE)
async def delete_buying_role(session: SessionDep, company_id: UUID, contact_id: UUID, if_match: IfMatch) -> Response:
    """Say that a contact has no part in what a company buys any more."""
    await service.withdraw(session, company_id, contact_id, if_version=if_match)
    return no_content()
