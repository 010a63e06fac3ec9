"""Commands on API keys."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.api_keys.key import Key
from gateway.api_keys.models import ApiKey
from shared.auth import Principal
from shared.auth.principal import InsufficientScope
from shared.db.record import now
from shared.db.refusals import flush
from shared.db.versions import check_version
from shared.errors import ConflictError, FieldError, GoneError, NotFoundError

MAX_LIVE = 2
LOCK = text("select pg_advisory_xact_lock(hashtextextended(:integration, 0))")


class TooManyKeys(ConflictError):
    code = "too_many_keys"


class ApiKeyNotFound(NotFoundError):
    code = "api_key_not_found"
    title = ("No such API key", "ไม่พบคีย์ API")


class ApiKeyRevoked(GoneError):
    """Deleted."""


async def create_key(session: AsyncSession, by: Principal, key: Key, given: Mapping[str, Any]) -> ApiKey:
    """Raises InsufficientScope, TooManyKeys, IdTaken."""
    demand_scopes(by, given["scopes"])
    integration_id = integration_of(by.tenant_id, given["name"])
    await session.execute(LOCK, {"integration": str(integration_id)})
    if await _live_keys(session, by.tenant_id, integration_id) >= MAX_LIVE:
        raise TooManyKeys(f"{given['name']!r} has {MAX_LIVE} live keys. Revoke one first.", name=given["name"])
    made = ApiKey(
        **{name: value for name, value in given.items() if value is not None},
        key_id=key.key_id,
        secret_hash=key.secret_hash,
        integration_id=integration_id,
        owner_id=by.actor_id,
    )
    session.add(made)
    await flush(session)
    return made


async def revoke_key(session: AsyncSession, tenant_id: UUID, api_key_id: UUID, *, if_version: int | None) -> ApiKey:
    """Raises ApiKeyNotFound, ApiKeyRevoked, VersionMismatch."""
    query = select(ApiKey).where(ApiKey.tenant_id == tenant_id, ApiKey.id == api_key_id)
    key = await session.scalar(query.with_for_update())
    if key is None:
        raise ApiKeyNotFound(f"There is no API key {api_key_id}.")
    if key.deleted_at is not None:
        raise ApiKeyRevoked(f"API key {api_key_id} was revoked.")
    check_version(key.version, if_version)
    key.deleted_at = now()
    await session.flush()
    return key


def integration_of(tenant_id: UUID, name: str) -> UUID:
    """Who acts with the keys of this name; always the same, so that rotation keeps idempotency keys and authorship."""
    return uuid5(tenant_id, f"integration {name.casefold()}")


def demand_scopes(by: Principal, scopes: Sequence[str]) -> None:
    """Nobody gives what they do not have. Raises InsufficientScope."""
    missing = [scope for scope in scopes if not by.may_give(scope)]
    if missing:
        detail = f"You cannot give {missing[0]}: you do not have it yourself."
        raise InsufficientScope(
            detail, errors=[FieldError("insufficient_scope", detail, pointer="/scopes")], scope=missing[0]
        )


async def _live_keys(session: AsyncSession, tenant_id: UUID, integration_id: UUID) -> int:
    live = or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now())
    where = (ApiKey.tenant_id == tenant_id, ApiKey.integration_id == integration_id, ApiKey.deleted_at.is_(None), live)
    return await session.scalar(select(func.count()).where(*where)) or 0
