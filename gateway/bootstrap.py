"""The first tenant: `python -m gateway bootstrap --tenant NAME --admin-email E [--admin-password P] [--id UUID]`."""

import argparse
import asyncio
import json
import secrets
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from hmac import new as hmac
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.api_keys.key import ID_LENGTH, SECRET_LENGTH, Key, base62
from gateway.api_keys.models import ApiKey
from gateway.api_keys.service import create_key, integration_of
from gateway.settings import Settings
from gateway.tenants.models import Tenant
from gateway.tenants.service import create_tenant
from gateway.users.models import User
from gateway.users.passwords import Passwords
from gateway.users.roles import Role
from gateway.users.service import create_user
from shared.auth import Principal
from shared.db import Database
from shared.ids import new_id
from shared.observability.context import Context

KEY_NAME = "bootstrap"
BY_NAME = text("select tenant_by_name(:name)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a call asks for. Without `admin_password` a new administrator gets a random one."""

    name: str
    admin_email: str
    admin_password: str | None = None
    tenant_id: UUID | None = None
    locale: str = "th"
    time_zone: str = "Asia/Bangkok"


@dataclass(frozen=True, slots=True)
class Bootstrapped:
    """`admin_password` is null when the administrator existed before."""

    tenant_id: str
    tenant_name: str
    admin_user_id: str
    admin_email: str
    admin_password: str | None
    api_key: str
    created: bool


async def bootstrap(
    database: Database, wanted: Wanted, *, secret: str, passwords: Passwords | None = None
) -> Bootstrapped:
    """Makes what is missing of a tenant, its administrator and its first API key. A second call gives the same.

    The key is derived from `secret` (the gateway's signing key); after it was revoked the next call makes another one.
    """
    async with database.transaction() as session:
        tenant_id = wanted.tenant_id or await session.scalar(BY_NAME, {"name": wanted.name}) or new_id()
    password = wanted.admin_password or secrets.token_urlsafe(12)
    password_hash = await (passwords or Passwords()).hash(password)
    async with database.transaction(Context(tenant_id=tenant_id)) as session:
        tenant, created = await _tenant(session, tenant_id, wanted)
        admin, is_new = await _admin(session, tenant_id, wanted.admin_email.strip().lower(), password_hash)
        key = await _key(session, tenant_id, admin.id, secret)
        return Bootstrapped(
            tenant_id=str(tenant_id),
            tenant_name=tenant.name,
            admin_user_id=str(admin.id),
            admin_email=admin.email,
            admin_password=password if is_new else None,
            api_key=key.text,
            created=created,
        )


async def _tenant(session: AsyncSession, tenant_id: UUID, wanted: Wanted) -> tuple[Tenant, bool]:
    await session.execute(text("select pg_advisory_xact_lock(hashtext('gateway bootstrap'))"))
    found = await session.scalar(select(Tenant).where(Tenant.tenant_id == tenant_id))
    if found is not None:
        return found, False
    made = await create_tenant(session, tenant_id, name=wanted.name, locale=wanted.locale, time_zone=wanted.time_zone)
    return made, True


async def _admin(session: AsyncSession, tenant_id: UUID, email: str, password_hash: str) -> tuple[User, bool]:
    where = (User.tenant_id == tenant_id, User.email == email, User.deleted_at.is_(None))
    found = await session.scalar(select(User).where(*where))
    if found is not None:
        return found, False
    given = {"email": email, "full_name": email.partition("@")[0], "roles": [Role.ADMIN.value]}
    return await create_user(session, given, password_hash), True


async def _key(session: AsyncSession, tenant_id: UUID, admin_id: UUID, secret: str) -> Key:
    where = (ApiKey.tenant_id == tenant_id, ApiKey.integration_id == integration_of(tenant_id, KEY_NAME))
    made_before = await session.scalar(select(func.count()).where(*where)) or 0
    if made_before:
        newest = _derived(secret, tenant_id, made_before)
        if await session.scalar(
            select(ApiKey.id).where(*where, ApiKey.key_id == newest.key_id, ApiKey.deleted_at.is_(None))
        ):
            return newest
    key = _derived(secret, tenant_id, made_before + 1)
    by = Principal(tenant_id, admin_id, "user", frozenset({"*"}))
    await create_key(session, by, key, {"name": KEY_NAME, "scopes": ["*"]})
    return key


def _derived(secret: str, tenant_id: UUID, number: int) -> Key:
    def part(use: str, length: int) -> str:
        digest = hmac(secret.encode(), f"api key {use} {tenant_id} {number}".encode(), sha256).digest()
        return base62(int.from_bytes(digest), length)

    return Key(part("id", ID_LENGTH), part("secret", SECRET_LENGTH))


def main(arguments: Sequence[str]) -> None:
    """Prints the outcome as one line of JSON."""
    parser = argparse.ArgumentParser(prog="gateway bootstrap")
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--admin-email", required=True)
    parser.add_argument("--admin-password")
    parser.add_argument("--id", type=UUID)
    given = parser.parse_args(arguments)
    wanted = Wanted(given.tenant, given.admin_email, given.admin_password, given.id)
    sys.stdout.write(json.dumps(asdict(asyncio.run(_with_settings(wanted)))) + "\n")


async def _with_settings(wanted: Wanted) -> Bootstrapped:
    settings = Settings()
    async with Database(settings.database_url, pool_size=1, name="samphan gateway bootstrap") as database:
        return await bootstrap(database, wanted, secret=settings.token_private_key.get_secret_value())
