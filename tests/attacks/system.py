"""The whole system in this process: the gateway before the real services, on real databases.

Every attacker here is a client of the gateway, or of a service's own door, over ASGI.
"""

import asyncio
import importlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from deploy.local.databases import Databases
from deploy.local.environment import GATEWAY, SERVICES, environment
from deploy.local.keys import Keys
from deploy.local.single import live_with
from gateway.app import create_app
from gateway.bootstrap import Wanted, bootstrap
from gateway.users.passwords import Passwords
from shared.auth import TokenMinter
from shared.db import Database
from shared.db.migrations import upgrade
from shared.ids import new_id
from shared.messaging.log_schema import ensure_schema
from shared.settings import ServiceSettings
from shared.web.process import run_with

PASSWORD = "correct horse battery"
BASE_URL = "http://gateway"
UNLIMITED = {f"rate_{name}": 10**9 for name in ("burst", "day", "search", "anonymous")}
FOR_TESTS: Mapping[str, Any] = UNLIMITED | {
    "password_memory_kib": 1024,
    "sign_ins_per_minute": 10**9,
    "access_token_lifetime_s": 86_400,  # a night takes longer than a sign-in lasts
}


@dataclass(frozen=True, slots=True)
class Tenant:
    """`api_key` may do everything in it."""

    id: UUID
    admin_id: UUID
    email: str
    api_key: str


@dataclass(frozen=True)
class System:
    """`apps` and `settings` by service name, the gateway's among them."""

    apps: Mapping[str, FastAPI]
    settings: Mapping[str, ServiceSettings]
    databases: Databases
    minter: TokenMinter
    keys: Keys = field(repr=False)
    files: Path

    def client(self, credential: str | None = None) -> httpx.AsyncClient:
        return client_of(self.apps[GATEWAY], credential)

    async def new_tenant(self, name: str = "ร้านกาแฟ") -> Tenant:
        """A business with its administrator and an API key for everything."""
        tenant_id = new_id()
        email = f"admin-{tenant_id.hex}@example.com"
        wanted = Wanted(f"{name} {tenant_id}", email, PASSWORD, tenant_id)
        database: Database = self.apps[GATEWAY].state.database
        made = await bootstrap(database, wanted, secret=self.keys.token_private_key, passwords=Passwords(1024))
        return Tenant(tenant_id, UUID(made.admin_user_id), email, made.api_key)

    async def new_user(self, tenant: Tenant, role: str, visibility: str = "all") -> str:
        """An access token of a new user of that role."""
        email = f"{role}-{new_id().hex}@example.com"
        user: dict[str, Any] = {"email": email, "full_name": f"{role} ใจดี", "roles": [role], "password": PASSWORD}
        user["visibility"] = visibility
        async with self.client(tenant.api_key) as admin:
            (await admin.post("/v1/users", json=user)).raise_for_status()
        return await self.sign_in(email)

    async def sign_in(self, email: str) -> str:
        form = {"grant_type": "password", "username": email, "password": PASSWORD}
        async with self.client() as nobody:
            answer = await nobody.post("/v1/auth/token", data=form)
        return str(answer.raise_for_status().json()["access_token"])


def client_of(app: FastAPI, credential: str | None = None) -> httpx.AsyncClient:
    """Of any app of the system. Its errors come back as answers, as from a server."""
    headers = {} if credential is None else {"Authorization": f"Bearer {credential}"}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers, timeout=60)


@asynccontextmanager
async def running(
    databases: Databases, keys: Keys, files: Path, *, workers: bool = False, **changes: Any
) -> AsyncIterator[System]:
    """`files` is where uploads go. `workers` also carry events to the projections. `changes` are of the gateway's
    settings.
    """
    settings = settings_of(databases, keys, files, **changes)
    await asyncio.to_thread(migrate, databases)
    apps = {service.name: _app(service.package, settings[service.name]) for service in SERVICES[1:]}
    apps[GATEWAY] = create_app(settings[GATEWAY], {**apps})  # type: ignore[arg-type]  # it is the gateway's own class
    if workers:
        for service in SERVICES:
            make = importlib.import_module(f"{service.package}.worker").create_worker
            app = apps[service.name]
            run_with(app, make(settings[service.name], app.state.database))
    gateway = apps[GATEWAY]
    live_with(gateway, {name: app for name, app in apps.items() if name != GATEWAY})
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(gateway.router.lifespan_context(gateway))
        yield System(apps, settings, databases, TokenMinter(keys.token_private_key), keys, files)


def settings_of(databases: Databases, keys: Keys, files: Path, **changes: Any) -> dict[str, ServiceSettings]:
    """By service name. They are the given ones alone: nothing of this process's environment."""
    given = environment(databases, keys, port=1)
    made: dict[str, ServiceSettings] = {}
    for service in SERVICES:
        prefix = f"{service.name.upper()}_"
        values = {name.removeprefix(prefix).lower(): text for name, text in given.items() if name.startswith(prefix)}
        more = {**FOR_TESTS, **changes} if service.name == GATEWAY else {"files_dir": files}
        made[service.name] = importlib.import_module(f"{service.package}.settings").Settings(**values, **more)
    return made


def migrate(databases: Databases) -> None:
    asyncio.run(ensure_schema(databases["log"].owner))
    for service in SERVICES:
        upgrade(service.package, databases[service.name].owner)


def _app(package: str, settings: ServiceSettings) -> FastAPI:
    app: FastAPI = importlib.import_module(f"{package}.app").create_app(settings)
    return app
