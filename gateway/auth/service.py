"""Signing in, staying signed in, signing out."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.models import SignIn
from gateway.auth.refresh import Grant
from gateway.users.models import User


async def open_sign_in(
    session: AsyncSession, tenant_id: UUID, user_id: UUID, *, now: datetime, lifetime_s: int
) -> Grant:
    sign_in = SignIn(
        tenant_id=tenant_id,
        user_id=user_id,
        created_at=now,
        rotated_at=now,
        expires_at=now + timedelta(seconds=lifetime_s),
    )
    session.add(sign_in)
    await session.flush()
    return Grant(tenant_id, sign_in.id, sign_in.generation)


async def rotate(
    session: AsyncSession, given: Grant, *, now: datetime, grace_s: float, lifetime_s: int
) -> tuple[UUID, Grant] | None:
    """The user and the next grant; None if refused. A token older than the previous one ends the family: it was stolen.

    The previous token gets the current one again for `grace_s`, because its answer may have been lost on the way.
    """
    sign_in = await _alive(session, given, now)
    if sign_in is None:
        return None
    if given.generation == sign_in.generation:
        sign_in.generation += 1
        sign_in.rotated_at = now
        sign_in.expires_at = now + timedelta(seconds=lifetime_s)
    elif given.generation != sign_in.generation - 1 or now - sign_in.rotated_at > timedelta(seconds=grace_s):
        sign_in.revoked_at = now
        return None
    return sign_in.user_id, Grant(given.tenant_id, sign_in.id, sign_in.generation)


async def revoke(session: AsyncSession, given: Grant, *, now: datetime) -> None:
    where = (SignIn.tenant_id == given.tenant_id, SignIn.id == given.sign_in_id, SignIn.revoked_at.is_(None))
    await session.execute(update(SignIn).where(*where).values(revoked_at=now))


async def _alive(session: AsyncSession, given: Grant, now: datetime) -> SignIn | None:
    return await session.scalar(
        select(SignIn)
        .join(User, (User.tenant_id == SignIn.tenant_id) & (User.id == SignIn.user_id))
        .where(
            SignIn.tenant_id == given.tenant_id,
            SignIn.id == given.sign_in_id,
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > now,
            User.disabled_at.is_(None),
            User.deleted_at.is_(None),
            User.signed_out_at.is_(None) | (User.signed_out_at <= SignIn.created_at),
        )
        .with_for_update(of=SignIn)
    )
