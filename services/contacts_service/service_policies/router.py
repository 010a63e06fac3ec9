"""/v1/service-policies and /v1/assets/{id}/services"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.assets.queries import list_of_asset
from contacts_service.service_policies import queries, service
from contacts_service.service_policies.schemas import (
    PerformedServiceCreate,
    PerformedServiceList,
    PerformedServiceRead,
    ServicePolicyCreate,
    ServicePolicyList,
    ServicePolicyRead,
    ServicePolicyUpdate,
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
from shared.web.responses import json_response

LOCATION = "/v1/service-policies"
ONE = f"{LOCATION}/{{policy_id}}"
SERVICES = "/v1/assets/{asset_id}/services"
router = APIRouter(tags=["service-due"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]

if TYPE_CHECKING:
    PolicyFilters = ListParams
    PerformedFilters = ListParams
else:
    PolicyFilters = list_params("PolicyFilters", queries.COLLECTION, ListParams)
    PerformedFilters = list_params("PerformedFilters", queries.PERFORMED, ListParams)


@router.post(LOCATION, status_code=201, response_model=ServicePolicyRead, dependencies=WRITE)
async def create_service_policy(session: SessionDep, body: ServicePolicyCreate) -> Response:
    """Create a service policy. It counts at once for the first 1000 assets it fits, for the others within moments."""
    return created(await service.create_policy(session, body.given()), ServicePolicyRead, location=LOCATION)


@router.get(LOCATION, response_model=ServicePolicyList, dependencies=READ)
async def list_service_policies(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[PolicyFilters, Query()]
) -> Response:
    """List service policies. By any filter, 50 a page."""
    return listed(request, await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params)))


@router.get(ONE, response_model=ServicePolicyRead, dependencies=READ)
async def get_service_policy(reader: ReaderDep, policy_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get a service policy. 410 `resource_deleted`."""
    return record(await queries.get_policy(reader, policy_id), if_none_match)


@router.patch(ONE, response_model=ServicePolicyRead, dependencies=WRITE)
async def update_service_policy(
    session: SessionDep, policy_id: UUID, body: ServicePolicyUpdate, if_match: IfMatch
) -> Response:
    """Change a service policy. Only what the body names changes (merge patch); what is due moves with it."""
    policy = await service.update_policy(session, policy_id, body.given(), if_version=if_match)
    return updated(policy, ServicePolicyRead)


@router.delete(ONE, status_code=204, dependencies=WRITE)
async def delete_service_policy(session: SessionDep, policy_id: UUID, if_match: IfMatch) -> Response:
    """Delete a service policy. Nothing falls due by it any more."""
    await service.delete_policy(session, policy_id, if_version=if_match)
    return no_content()


@router.post(SERVICES, status_code=201, response_model=PerformedServiceRead, dependencies=WRITE)
async def record_performed_service(session: SessionDep, asset_id: UUID, body: PerformedServiceCreate) -> Response:
    """Record a performed service. Its interval begins anew."""
    done = await service.record_service(session, asset_id, body.given())
    location = f"{SERVICES.format(asset_id=asset_id)}/{done.id}"
    return json_response(PerformedServiceRead.model_validate(done).model_dump(mode="json"), 201, {"Location": location})


@router.get(SERVICES, response_model=PerformedServiceList, dependencies=READ)
async def list_performed_services(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    asset_id: UUID,
    params: Annotated[PerformedFilters, Query()],
) -> Response:
    """List an asset's performed services. The last one first."""
    asked = list_request(queries.PERFORMED, params)
    return listed(request, await list_of_asset(reader, cursors, queries.PERFORMED, asked, asset_id))


@router.get(SERVICES + "/{service_id}", response_model=PerformedServiceRead, dependencies=READ)
async def get_performed_service(reader: ReaderDep, asset_id: UUID, service_id: UUID) -> Response:
    """Get a performed service. As it was recorded; it does not change."""
    return json_response(await queries.get_performed(reader, asset_id, service_id))
