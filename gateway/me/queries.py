"""The caller, as stored."""

from typing import Any

from sqlalchemy import bindparam, select

from gateway.api_keys.models import ApiKey
from gateway.tenants.models import Tenant
from gateway.users.models import User
from shared.auth import Principal
from shared.query import Query, Reader

TENANT = Query(
    select(Tenant.name, Tenant.locale, Tenant.time_zone).where(
        Tenant.tenant_id == bindparam("tenant_id"), Tenant.id == bindparam("tenant_id")
    )
)
USER = Query(
    select(User.email, User.full_name, User.roles).where(
        User.tenant_id == bindparam("tenant_id"), User.id == bindparam("actor_id")
    )
)
INTEGRATION = Query(
    select(ApiKey.name)
    .where(ApiKey.tenant_id == bindparam("tenant_id"), ApiKey.integration_id == bindparam("actor_id"))
    .order_by(ApiKey.created_at.desc())
    .limit(1)
)


async def get_me(reader: Reader, principal: Principal) -> dict[str, Any]:
    async with reader.transaction() as connection:
        tenant = (await reader.run(connection, TENANT))[0]
        query = USER if principal.kind == "user" else INTEGRATION
        rows = await reader.run(connection, query, actor_id=principal.actor_id)
    stored = dict(rows[0]) if rows else {}
    return {
        "id": principal.actor_id,
        "kind": principal.kind,
        "tenant_id": principal.tenant_id,
        "tenant_name": tenant["name"],
        "locale": tenant["locale"],
        "time_zone": tenant["time_zone"],
        "email": stored.get("email"),
        "full_name": stored.get("full_name") or stored.get("name") or "",
        "roles": stored.get("roles") or [],
        "scopes": sorted(principal.scopes),
        "visibility": principal.visibility.value,
    }
