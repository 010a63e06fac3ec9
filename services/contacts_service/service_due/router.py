"""/v1/service-due and /v1/assets/{id}/service-due"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from contacts_service.service_due import queries, service
from contacts_service.service_due.schemas import ServiceDueList, ServiceDueOfAsset, ServiceDueRead, ServiceDueSnooze
from shared.web import APIRouter, CursorsDep, ReaderDep, SessionDep, listed, no_content, requires
from shared.web.lists import ListParams, list_params, list_request
from shared.web.responses import json_response
from shared.web.types import BusinessDay

router = APIRouter(tags=["service-due"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]


class BeforeParams(ListParams):
    before: Annotated[BusinessDay | None, Field(description="Only what is due before this day.")] = None


if TYPE_CHECKING:
    ServiceDueFilters = BeforeParams
else:
    ServiceDueFilters = list_params("ServiceDueFilters", queries.COLLECTION, BeforeParams)


@router.get("/v1/service-due", response_model=ServiceDueList, dependencies=READ)
async def list_service_due(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[ServiceDueFilters, Query()]
) -> Response:
    """List due services. Of all assets, the soonest first; what cannot be forecast yet is not among them."""
    page = await queries.list_dues(reader, cursors, list_request(queries.COLLECTION, params), params.before)
    return listed(request, page)


@router.get("/v1/service-due/{due_id}", response_model=ServiceDueRead, dependencies=READ)
async def get_service_due(reader: ReaderDep, due_id: UUID) -> Response:
    """Get a due service. With the reasons for its day."""
    return json_response(await queries.get_due(reader, due_id))


@router.post("/v1/service-due/{due_id}/snooze", status_code=204, dependencies=WRITE)
async def snooze_service_due(session: SessionDep, due_id: UUID, body: ServiceDueSnooze) -> Response:
    """Snooze a due service. Its reminder comes at `until`, once more if it came already. The due day stays."""
    await service.snooze(session, due_id, body.until)
    return no_content()


@router.get("/v1/assets/{asset_id}/service-due", response_model=ServiceDueOfAsset, dependencies=READ)
async def list_service_due_of_asset(reader: ReaderDep, asset_id: UUID) -> Response:
    """List an asset's due services. One for each service that a policy asks for, the soonest first, with reasons."""
    return json_response({"data": await queries.dues_of_asset(reader, asset_id)})
