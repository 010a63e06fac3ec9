"""The whole system: the gateway on a real port, the real services in its process, a tenant for each test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.environment import GATEWAY, SERVICES
from gateway.app import create_app
from gateway.bootstrap import Wanted, bootstrap
from gateway.settings import Settings
from gateway.users.passwords import Passwords
from shared.auth import TokenMinter
from shared.db import Database
from shared.db.migrations import upgrade
from shared.ids import new_id
from shared.testing.tenants import Tenant
from tests.contracts.api.collections import COLLECTIONS, Collection
from tests.gateway.serving import serving

FOR_TESTS: dict[str, Any] = {
    "rate_burst": 100_000, "rate_search": 100_000, "rate_anonymous": 100_000, "password_memory_kib": 1024,
    "caller_cache_s": 0.2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class System:
    url: str
    settings: Settings
    services: Mapping[str, FastAPI]

    def database(self, service: str) -> Database:
        database: Database = self.services[service].state.database
        return database

    def all_tenants(self, service: str) -> Database:
        """As the service's worker sees its database. The caller closes it."""
        return Database(self.services[service].state.settings.system_database_url, pool_size=1)


@dataclass(frozen=True, slots=True)
class Account:
    """A tenant as its clients see it: the key that may do everything."""

    tenant: Tenant
    api_key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.api_key}"}


@pytest.fixture(scope="session")
async def system(service_environment: dict[str, str]) -> AsyncIterator[System]:
    async with AsyncExitStack() as stack:
        for each in SERVICES:
            owner_url = service_environment[f"{each.name.upper()}_OWNER_DATABASE_URL"]
            await asyncio.to_thread(upgrade, each.package, owner_url)
        services = {each.name: _service(each.package, each.name, service_environment) for each in SERVICES[1:]}
        for app in services.values():
            await stack.enter_async_context(app.router.lifespan_context(app))
        settings = Settings(**{**_settings(GATEWAY, service_environment), **FOR_TESTS})
        url = await stack.enter_async_context(serving(create_app(settings, services)))
        yield System(url, settings, services)


def _settings(service: str, given: Mapping[str, str]) -> dict[str, Any]:
    prefix = f"{service.upper()}_"
    return {name.removeprefix(prefix).lower(): value for name, value in given.items() if name.startswith(prefix)}


def _service(package: str, name: str, given: Mapping[str, str]) -> FastAPI:
    settings = import_module(f"{package}.settings").Settings(**_settings(name, given))
    app: FastAPI = import_module(f"{package}.app").create_app(settings)
    return app


@pytest.fixture(scope="session")
async def new_account(system: System) -> AsyncIterator[Callable[[], Awaitable[Account]]]:
    async with Database(system.settings.database_url, pool_size=2) as database:
        minter = TokenMinter(system.settings.token_private_key.get_secret_value())

        async def make() -> Account:
            tenant = Tenant(database, database, minter, GATEWAY)
            wanted = Wanted(f"ร้าน {tenant.id}", f"admin-{tenant.id.hex}@example.com", "correct horse", tenant.id)
            secret = system.settings.token_private_key.get_secret_value()
            made = await bootstrap(database, wanted, secret=secret, passwords=Passwords(1024))
            return Account(tenant, made.api_key)

        yield make


@pytest.fixture
async def account(new_account: Callable[[], Awaitable[Account]]) -> Account:
    return await new_account()


@pytest.fixture
async def client(system: System, account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """With the account's key."""
    async with httpx.AsyncClient(base_url=system.url, headers=account.headers, timeout=30) as client:
        yield client


@pytest.fixture
async def stranger(system: System, new_account: Callable[[], Awaitable[Account]]) -> AsyncIterator[httpx.AsyncClient]:
    """With the key of another tenant."""
    account = await new_account()
    async with httpx.AsyncClient(base_url=system.url, headers=account.headers, timeout=30) as client:
        yield client


@pytest.fixture
async def nobody(system: System) -> AsyncIterator[httpx.AsyncClient]:
    """Without credentials."""
    async with httpx.AsyncClient(base_url=system.url, timeout=30) as client:
        yield client


@pytest.fixture(params=COLLECTIONS, ids=lambda each: each.name)
def collection(request: pytest.FixtureRequest) -> Collection:
    found: Collection = request.param
    return found


@asynccontextmanager
async def gateway_with(system: System, account: Account, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of another gateway before the same services."""
    app = create_app(system.settings.model_copy(update=changes), system.services)
    async with (
        serving(app) as url,
        httpx.AsyncClient(base_url=url, headers=account.headers, timeout=30) as client,
    ):
        yield client


__all__ = ["Account", "System", "gateway_with", "new_id"]
