"""/v1/warranties, /v1/entitlements and /v1/assets/{id}/entitlements"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.assets.queries import list_of_asset
from contacts_service.warranties import entitlements, queries, service
from contacts_service.warranties.schemas import (
    EntitlementCreate,
    EntitlementList,
    EntitlementRead,
    EntitlementUseCreate,
    EntitlementUseList,
    WarrantyList,
    WarrantyRead,
    WarrantyRegister,
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
from shared.web.lists import ListParams, list_params, list_request

LOCATION = "/v1/warranties"
ENTITLEMENTS = "/v1/entitlements"
OF_ASSET = "/v1/assets/{asset_id}/entitlements"
router = APIRouter(tags=["warranties"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]
REGISTER = [requires("warranties:write")]

if TYPE_CHECKING:
    WarrantyFilters = ListParams
    EntitlementFilters = ListParams
    UseFilters = ListParams
else:
    WarrantyFilters = list_params("WarrantyFilters", queries.COLLECTION, ListParams)
    EntitlementFilters = list_params("EntitlementFilters", queries.OF_ASSETS, ListParams)
    UseFilters = list_params("EntitlementUseFilters", queries.USED, ListParams)


@router.post(
    LOCATION,
    status_code=201,
    response_model=WarrantyRead,
    responses={200: {"model": WarrantyRead}, 404: {}, 410: {}},
    dependencies=REGISTER,
)
async def register_warranty(session: SessionDep, body: WarrantyRegister) -> Response:
    """Register a warranty card. Its customer and asset are found, or made; the same card again answers 200.

    A key for a web form needs the scope `warranties:write` only: it can register, and read nothing.
    """
    warranty, is_new = await service.register_warranty(session, body.model_dump())
    return created(warranty, WarrantyRead, location=LOCATION) if is_new else updated(warranty, WarrantyRead)


@router.get(LOCATION, response_model=WarrantyList, dependencies=READ)
async def list_warranties(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[WarrantyFilters, Query()]
) -> Response:
    """List warranties. By any filter, 50 a page."""
    return listed(request, await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params)))


@router.get(f"{LOCATION}/{{warranty_id}}", response_model=WarrantyRead, dependencies=READ)
async def get_warranty(reader: ReaderDep, warranty_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get a warranty. 410 `resource_deleted`."""
    return record(await queries.get_warranty(reader, warranty_id), if_none_match)


@router.delete(f"{LOCATION}/{{warranty_id}}", status_code=204, dependencies=WRITE)
async def delete_warranty(session: SessionDep, warranty_id: UUID, if_match: IfMatch) -> Response:
    """Delete a warranty. Its entitlements go with it; the card may be registered again."""
    await service.delete_warranty(session, warranty_id, if_version=if_match)
    return no_content()


@router.post(OF_ASSET, status_code=201, response_model=EntitlementRead, dependencies=WRITE)
async def create_entitlement(session: SessionDep, asset_id: UUID, body: EntitlementCreate) -> Response:
    """Grant an entitlement. What the asset's owner may ask for, how often and until when."""
    entitlement = await entitlements.create_entitlement(session, asset_id, body.given())
    return created(entitlement, EntitlementRead, location=ENTITLEMENTS)


@router.get(OF_ASSET, response_model=EntitlementList, dependencies=READ)
async def list_entitlements(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    asset_id: UUID,
    params: Annotated[EntitlementFilters, Query()],
) -> Response:
    """List an asset's entitlements. The newest first, those that are spent among them."""
    asked = list_request(queries.OF_ASSETS, params)
    return listed(request, await list_of_asset(reader, cursors, queries.OF_ASSETS, asked, asset_id))


@router.get(f"{ENTITLEMENTS}/{{entitlement_id}}", response_model=EntitlementRead, dependencies=READ)
async def get_entitlement(reader: ReaderDep, entitlement_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get an entitlement. 410 `resource_deleted`."""
    return record(await queries.get_entitlement(reader, entitlement_id), if_none_match)


@router.delete(f"{ENTITLEMENTS}/{{entitlement_id}}", status_code=204, dependencies=WRITE)
async def delete_entitlement(session: SessionDep, entitlement_id: UUID, if_match: IfMatch) -> Response:
    """Delete an entitlement. Its uses stay known."""
    await entitlements.delete_entitlement(session, entitlement_id, if_version=if_match)
    return no_content()


@router.post(f"{ENTITLEMENTS}/{{entitlement_id}}/uses", response_model=EntitlementRead, dependencies=WRITE)
async def use_entitlement(session: SessionDep, entitlement_id: UUID, body: EntitlementUseCreate) -> Response:
    """Use an entitlement once. 409 `entitlement_used_up` or `entitlement_not_valid`."""
    return updated(await entitlements.use_entitlement(session, entitlement_id, body.given()), EntitlementRead)


@router.get(f"{ENTITLEMENTS}/{{entitlement_id}}/uses", response_model=EntitlementUseList, dependencies=READ)
async def list_entitlement_uses(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    entitlement_id: UUID,
    params: Annotated[UseFilters, Query()],
) -> Response:
    """List an entitlement's uses. The last one first."""
    asked = list_request(queries.USED, params)
    return listed(request, await queries.uses_of(reader, cursors, asked, entitlement_id))
