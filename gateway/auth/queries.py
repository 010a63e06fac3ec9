"""What must be known of a caller, asked once every few seconds for each credential."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.models import SignIn
from gateway.tenants.models import Tenant
from gateway.users.models import User
from shared.query import Query, Reader

ACCOUNTS = text("select tenant_id, user_id, password_hash from accounts_by_email(:email, cast(:tenant_id as uuid))")
API_KEY = text(
    "select tenant_id, id, secret_hash, integration_id, scopes, expires_at, cors_origins"
    " from api_key_by_key_id(:key_id)"
)
ORIGIN = text("select origin_is_known(:origin)")

_TENANT = (
    (Tenant.tenant_id == bindparam("tenant_id")) & (Tenant.id == bindparam("tenant_id")) & Tenant.deleted_at.is_(None)
)
SIGNED_IN = Query(
    select(User.roles, User.visibility, Tenant.cors_origins)
    .join(SignIn, (SignIn.tenant_id == User.tenant_id) & (SignIn.user_id == User.id))
    .join(Tenant, (Tenant.tenant_id == User.tenant_id) & (Tenant.id == User.tenant_id))
    .where(
        _TENANT,
        User.tenant_id == bindparam("tenant_id"),
        User.id == bindparam("user_id"),
        User.deleted_at.is_(None),
        User.disabled_at.is_(None),
        SignIn.id == bindparam("sign_in_id"),
        SignIn.revoked_at.is_(None),
        User.signed_out_at.is_(None) | (User.signed_out_at <= SignIn.created_at),
    )
)
TENANT_AND_USER = Query(
    select(Tenant.cors_origins, User.disabled_at, User.deleted_at, User.id.label("user_id"))
    .outerjoin(User, (User.tenant_id == Tenant.tenant_id) & (User.id == bindparam("user_id")))
    .where(_TENANT)
)


@dataclass(frozen=True, slots=True)
class Account:
    tenant_id: UUID
    user_id: UUID
    password_hash: str


async def accounts_by_email(session: AsyncSession, email: str, tenant_id: UUID | None) -> list[Account]:
    """Accounts with a password, at most 5, of all tenants or the given one."""
    rows = await session.execute(ACCOUNTS, {"email": email.strip().lower(), "tenant_id": tenant_id})
    return [Account(row.tenant_id, row.user_id, row.password_hash) for row in rows]


async def api_key(session: AsyncSession, key_id: str) -> Any:
    return (await session.execute(API_KEY, {"key_id": key_id})).one_or_none()


async def origin_is_known(session: AsyncSession, origin: str) -> bool:
    """Whether any tenant lets pages of this origin call the API."""
    return bool(await session.scalar(ORIGIN, {"origin": origin.lower()}))


async def signed_in(reader: Reader, user_id: UUID, sign_in_id: UUID) -> Any:
    return await reader.one_or_none(SIGNED_IN, user_id=user_id, sign_in_id=sign_in_id)


async def tenant_and_user(reader: Reader, user_id: UUID) -> Any:
    return await reader.one_or_none(TENANT_AND_USER, user_id=user_id)
