"""/v1/assets and /v1/contacts/{id}/assets"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.assets import queries, service
from contacts_service.assets.schemas import (
    AssetCreate,
    AssetList,
    AssetOwnershipList,
    AssetRead,
    AssetTransfer,
    AssetUpdate,
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
    record,
    requires,
    updated,
)
from shared.web.lists import ListParams, SearchBody, list_params, list_request, search_request

LOCATION = "/v1/assets"
router = APIRouter(tags=["assets"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]

if TYPE_CHECKING:
    AssetFilters = ListParams
    OwnershipFilters = ListParams
else:
    AssetFilters = list_params("AssetFilters", queries.COLLECTION, ListParams)
    OwnershipFilters = list_params("OwnershipFilters", queries.HISTORY, ListParams)


@router.post(LOCATION, status_code=201, response_model=AssetRead, dependencies=WRITE)
async def create_asset(session: SessionDep, body: AssetCreate) -> Response:
    """Create an asset. 409 `serial_taken` if a live asset of the brand has its serial number."""
    return created(await service.create_asset(session, body.given()), AssetRead, location=LOCATION)


@router.get(LOCATION, response_model=AssetList, dependencies=READ)
async def list_assets(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[AssetFilters, Query()]
) -> Response:
    """List assets. By any filter, 50 a page."""
    return listed(request, await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params)))


@router.post(f"{LOCATION}/search", response_model=AssetList, dependencies=READ)
async def search_assets(request: Request, reader: ReaderDep, cursors: CursorsDep, body: SearchBody) -> Response:
    """Search assets. By a tree of conditions."""
    return listed(request, await queries.COLLECTION.page(reader, cursors, search_request(queries.COLLECTION, body)))


@router.get("/v1/contacts/{contact_id}/assets", response_model=AssetList, dependencies=READ)
async def list_assets_of_contact(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    contact_id: UUID,
    params: Annotated[AssetFilters, Query()],
) -> Response:
    """List a contact's assets. What it owns now; `/v1/assets/{id}/owners` has who owned it before."""
    request_ = list_request(queries.COLLECTION, params)
    return listed(request, await queries.assets_of_contact(reader, cursors, request_, contact_id))


@router.get(f"{LOCATION}/{{asset_id}}", response_model=AssetRead, dependencies=READ)
async def get_asset(reader: ReaderDep, asset_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get an asset. 410 `resource_deleted`."""
    return record(await queries.get_asset(reader, asset_id), if_none_match)


@router.patch(f"{LOCATION}/{{asset_id}}", response_model=AssetRead, dependencies=WRITE)
async def update_asset(session: SessionDep, asset_id: UUID, body: AssetUpdate, if_match: IfMatch) -> Response:
    """Change an asset. Only what the body names changes (merge patch). Its owner changes by a transfer."""
    return updated(await service.update_asset(session, asset_id, body.given(), if_version=if_match), AssetRead)


@router.delete(f"{LOCATION}/{{asset_id}}", status_code=204, dependencies=WRITE)
async def delete_asset(session: SessionDep, asset_id: UUID, if_match: IfMatch) -> Response:
    """Delete an asset. Its serial number becomes free; nothing falls due for it any more."""
    await service.delete_asset(session, asset_id, if_version=if_match)
    return no_content()


@router.post(f"{LOCATION}/{{asset_id}}/transfers", response_model=AssetRead, dependencies=WRITE)
async def transfer_asset(session: SessionDep, asset_id: UUID, body: AssetTransfer, if_match: IfMatch) -> Response:
    """Transfer an asset. To another owner; who had it before stays in its history."""
    return updated(await service.transfer_asset(session, asset_id, body.given(), if_version=if_match), AssetRead)


@router.get(f"{LOCATION}/{{asset_id}}/owners", response_model=AssetOwnershipList, dependencies=READ)
async def list_owners_of_asset(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    asset_id: UUID,
    params: Annotated[OwnershipFilters, Query()],
) -> Response:
    """List an asset's owners. The present one first."""
    asked = list_request(queries.HISTORY, params)
    return listed(request, await queries.list_of_asset(reader, cursors, queries.HISTORY, asked, asset_id))
