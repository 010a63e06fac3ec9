"""The gateway on a real port before services on real ports. Each test has a tenant of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from deploy.local.keys import Keys
from gateway.app import create_app
from gateway.bootstrap import Wanted, bootstrap
from gateway.settings import Settings
from gateway.users.passwords import Passwords
from shared.db import Database
from shared.db.migrations import upgrade
from shared.ids import new_id
from tests.gateway.serving import Service, serving

PASSWORD = "correct horse battery"
SERVICES = ("contacts", "interactions", "campaigns", "analytics")


@dataclass(frozen=True, slots=True)
class Tenant:
    id: UUID
    api_key: str
    admin_id: UUID
    email: str
    password: str = PASSWORD

    @property
    def key_header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.api_key}"}


@pytest.fixture(scope="session")
def services(keys: Keys) -> dict[str, Service]:
    return {name: Service(name, keys.token_public_key) for name in SERVICES}


@pytest.fixture(scope="session")
async def service_urls(services: dict[str, Service]) -> AsyncIterator[dict[str, str]]:
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(serving(service)) for name, service in services.items()}


@pytest.fixture(autouse=True)
def forget_requests(services: dict[str, Service]) -> None:
    for service in services.values():
        service.reset()


@pytest.fixture(scope="session")
def settings(service_environment: dict[str, str], service_urls: dict[str, str]) -> Settings:
    given: dict[str, Any] = {
        name.removeprefix("GATEWAY_").lower(): value
        for name, value in service_environment.items()
        if name.startswith("GATEWAY_")
    }
    urls = {f"{name}_url": url for name, url in service_urls.items()}
    for_tests: dict[str, Any] = {"rate_anonymous": 100_000, "password_memory_kib": 1024, "caller_cache_s": 0.2}
    made = Settings(**{**given, **urls, **for_tests})
    assert made.owner_database_url is not None
    upgrade("gateway", made.owner_database_url)
    return made


@asynccontextmanager
async def gateway_with(settings: Settings, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway of its own."""
    app = create_app(settings.model_copy(update=changes))
    async with serving(app) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
async def gateway_url(settings: Settings) -> AsyncIterator[str]:
    async with serving(create_app(settings)) as url:
        yield url


@pytest.fixture
async def client(gateway_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Without credentials."""
    async with httpx.AsyncClient(base_url=gateway_url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
async def new_tenant(settings: Settings) -> AsyncIterator[Callable[[], Awaitable[Tenant]]]:
    async with Database(settings.database_url, pool_size=2) as database:

        async def make() -> Tenant:
            tenant_id = new_id()
            email = f"admin-{tenant_id.hex}@example.com"
            wanted = Wanted(f"ร้าน {tenant_id}", email, PASSWORD, tenant_id)
            secret = settings.token_private_key.get_secret_value()
            made = await bootstrap(database, wanted, secret=secret, passwords=Passwords(1024))
            return Tenant(tenant_id, made.api_key, UUID(made.admin_user_id), email)

        yield make


@pytest.fixture
async def tenant(new_tenant: Callable[[], Awaitable[Tenant]]) -> Tenant:
    return await new_tenant()


@pytest.fixture
async def admin(gateway_url: str, tenant: Tenant) -> AsyncIterator[httpx.AsyncClient]:
    """With the tenant's first API key, which may do everything."""
    async with httpx.AsyncClient(base_url=gateway_url, headers=tenant.key_header, timeout=30) as client:
        yield client


async def sign_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    form = {"grant_type": "password", "username": email, "password": password, **more}
    return await client.post("/v1/auth/token", data=form)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
