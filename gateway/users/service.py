"""Commands on users."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.users.events import UserCreated, UserDeleted, UserUpdated, state_of
from gateway.users.models import EmailTaken, LastAdmin, User, UserGone, UserNotFound
from gateway.users.roles import Role, scopes_of
from shared.auth import Principal
from shared.auth.principal import InsufficientScope
from shared.db.record import now
from shared.db.refusals import flush
from shared.db.versions import check_version
from shared.errors import FieldError
from shared.messaging import stage

LOCK_ADMINS = text("select pg_advisory_xact_lock(hashtextextended('admins ' || cast(:tenant_id as text), 0))")


async def create_user(session: AsyncSession, given: Mapping[str, Any], password_hash: str | None) -> User:
    """Raises EmailTaken, IdTaken."""
    values = {name: value for name, value in given.items() if value is not None}
    user = User(**{"visibility": "all", **values, "password_hash": password_hash})
    session.add(user)
    await flush(session, PROBLEMS)
    stage(session, UserCreated(**state_of(user)))
    return user


async def update_user(
    session: AsyncSession,
    user_id: UUID,
    given: Mapping[str, Any],
    *,
    by: Principal,
    password_hash: str | None = None,
    if_version: int | None = None,
) -> User:
    """A merge patch. A new password ends all sign-ins.

    Raises UserNotFound, UserGone, InsufficientScope, VersionMismatch, EmailTaken, LastAdmin.
    """
    user = await _live(session, user_id)
    demand_roles(by, {*user.roles, *given.get("roles", ())})
    check_version(user.version, if_version)
    _apply(user, given)
    if password_hash is not None:
        user.password_hash, user.signed_out_at = password_hash, now()
    await flush(session, PROBLEMS)
    await _demand_admin(session, user.tenant_id)
    stage(session, UserUpdated(**state_of(user)))
    return user


async def delete_user(session: AsyncSession, user_id: UUID, *, by: Principal, if_version: int | None = None) -> None:
    """Softly. Raises UserNotFound, UserGone, InsufficientScope, VersionMismatch, LastAdmin."""
    user = await _live(session, user_id)
    demand_roles(by, user.roles)
    check_version(user.version, if_version)
    user.deleted_at = now()
    await session.flush()
    await _demand_admin(session, user.tenant_id)
    stage(session, UserDeleted(user_id=user.id, version=user.version))


def demand_roles(by: Principal, roles: Iterable[str]) -> None:
    """Who manages users gives and takes only roles whose rights they have themselves. Raises InsufficientScope."""
    missing = sorted(scope for scope in scopes_of(roles) if not by.may_give(scope))
    if missing:
        detail = f"These roles have the right {missing[0]}, which you do not have yourself."
        error = FieldError("insufficient_scope", detail, pointer="/roles")
        raise InsufficientScope(detail, errors=[error], scope=missing[0])


def _apply(user: User, given: Mapping[str, Any]) -> None:
    for name in ("email", "full_name", "roles", "visibility"):
        if name in given:
            setattr(user, name, given[name])
    if "disabled" in given:
        user.disabled_at = (user.disabled_at or now()) if given["disabled"] else None


async def _demand_admin(session: AsyncSession, tenant_id: UUID) -> None:
    """Raises LastAdmin: someone must be able to let the others in again."""
    where = (User.tenant_id == tenant_id, User.deleted_at.is_(None), User.disabled_at.is_(None))
    admins = select(func.count()).where(*where, User.roles.contains([Role.ADMIN.value]))
    if not await session.scalar(admins):
        raise LastAdmin("This is the last administrator. Make another one first.")


async def _live(session: AsyncSession, user_id: UUID) -> User:
    """Under a lock of the tenant's users: two administrators cannot demote each other at once."""
    tenant_id = session.info["context"].tenant_id
    await session.execute(LOCK_ADMINS, {"tenant_id": str(tenant_id)})
    user = await session.scalar(select(User).where(User.tenant_id == tenant_id, User.id == user_id).with_for_update())
    if user is None:
        raise UserNotFound(f"There is no user {user_id}.")
    if user.deleted_at is not None:
        raise UserGone(f"User {user_id} was deleted.")
    return user


def _email_taken() -> EmailTaken:
    detail = "Another user has this e-mail address."
    return EmailTaken(detail, errors=[FieldError("email_taken", detail, pointer="/email")])


PROBLEMS = {"users_email_key": _email_taken}
