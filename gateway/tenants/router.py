"""`/v1/tenant`: the caller's own. Tenants are made by `python -m gateway bootstrap`."""

from fastapi import Request, Response

from gateway.forgetting import forgetting_tenant
from gateway.tenants import queries, service
from gateway.tenants.schemas import TenantRead, TenantUpdate
from shared.web import APIRouter, IfMatch, IfNoneMatch, PrincipalDep, ReaderDep, SessionDep, record, requires, updated

router = APIRouter(prefix="/v1/tenant", tags=["tenant"])


@router.get("", response_model=TenantRead)
async def get_tenant(reader: ReaderDep, if_none_match: IfNoneMatch = None) -> Response:
    """Get the business that the caller belongs to."""
    return record(dict(await queries.get_tenant(reader)), if_none_match)


@router.patch("", response_model=TenantRead, dependencies=[requires("tenant:write")])
async def update_tenant(
    request: Request, session: SessionDep, principal: PrincipalDep, body: TenantUpdate, if_match: IfMatch
) -> Response:
    """Change the business. Its name, language, time zone, or the web origins that may call the API."""
    tenant = await service.update_tenant(session, principal.tenant_id, body.given(), if_version=if_match)
    return forgetting_tenant(request, updated(tenant, TenantRead), principal.tenant_id)
