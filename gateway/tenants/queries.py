"""Reads of the caller's tenant."""

from sqlalchemy import String, bindparam, literal, select

from gateway.tenants.models import Tenant
from gateway.tenants.service import TenantNotFound
from shared.query import Query, Reader, Row

TENANT = Query(
    select(
        Tenant.id,
        literal("tenant", String).label("type"),
        Tenant.version,
        Tenant.created_at,
        Tenant.updated_at,
        Tenant.name,
        Tenant.locale,
        Tenant.time_zone,
        Tenant.cors_origins,
    ).where(
        Tenant.tenant_id == bindparam("tenant_id"), Tenant.id == bindparam("tenant_id"), Tenant.deleted_at.is_(None)
    )
)


async def get_tenant(reader: Reader) -> Row:
    """Raises TenantNotFound."""
    row = await reader.one_or_none(TENANT)
    if row is None:
        raise TenantNotFound("This tenant does not exist.")
    return row
