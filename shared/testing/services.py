"""A service under test: its migrated databases, its app in this process, clients that call it over ASGI."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from shared.auth import TokenMinter
from shared.db import Database
from shared.db.migrations import upgrade
from shared.settings import ServiceSettings
from shared.testing.tenants import Tenant


@dataclass(frozen=True, slots=True)
class ServiceUnderTest:
    name: str
    app: FastAPI
    settings: ServiceSettings
    system: Database
    minter: TokenMinter

    @property
    def database(self) -> Database:
        database: Database = self.app.state.database
        return database

    def tenant(self) -> Tenant:
        return Tenant(self.database, self.system, self.minter, self.name)

    def client(self, tenant: Tenant, *scopes: str) -> httpx.AsyncClient:
        """Calls the app as a user of the tenant. Server errors come back as answers, as real clients see them."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://service", headers=tenant.headers(*scopes))


@asynccontextmanager
async def service_under_test(
    package: str,
    name: str,
    environment: Mapping[str, str],
    settings_class: type[ServiceSettings],
    create_app: Callable[[Any], FastAPI],
) -> AsyncIterator[ServiceUnderTest]:
    """`environment` is what the service would be started with; its database is brought to the newest revision."""
    prefix = f"{name.upper()}_"
    given: dict[str, Any] = {
        key.removeprefix(prefix).lower(): value for key, value in environment.items() if key.startswith(prefix)
    }
    settings = settings_class(**given)
    assert settings.owner_database_url is not None
    await asyncio.to_thread(upgrade, package, settings.owner_database_url)
    app = create_app(settings)
    minter = TokenMinter(environment["GATEWAY_TOKEN_PRIVATE_KEY"])
    async with app.router.lifespan_context(app), Database(settings.system_database_url, pool_size=2) as system:
        yield ServiceUnderTest(name, app, settings, system, minter)
