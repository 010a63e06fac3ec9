"""Commands on a tenant."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.tenants.models import Tenant
from shared.db.versions import check_version
from shared.errors import NotFoundError


class TenantNotFound(NotFoundError):
    code = "tenant_not_found"


async def create_tenant(session: AsyncSession, tenant_id: UUID, *, name: str, locale: str, time_zone: str) -> Tenant:
    tenant = Tenant(id=tenant_id, tenant_id=tenant_id, name=name, locale=locale, time_zone=time_zone, cors_origins=[])
    session.add(tenant)
    await session.flush()
    return tenant


async def update_tenant(
    session: AsyncSession, tenant_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> Tenant:
    """A merge patch. Raises TenantNotFound, VersionMismatch."""
    query = select(Tenant).where(Tenant.tenant_id == tenant_id, Tenant.id == tenant_id, Tenant.deleted_at.is_(None))
    tenant = await session.scalar(query.with_for_update())
    if tenant is None:
        raise TenantNotFound("This tenant does not exist.")
    check_version(tenant.version, if_version)
    for name, value in given.items():
        setattr(tenant, name, value)
    await session.flush()
    return tenant
