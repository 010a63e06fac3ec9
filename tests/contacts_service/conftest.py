from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from httpx import AsyncClient

from contacts_service.app import create_app
from contacts_service.settings import Settings
from contacts_service.worker import create_jobs
from shared.testing.jobs import run_until_idle
from shared.testing.services import ServiceUnderTest, service_under_test
from shared.testing.tenants import Tenant


@pytest.fixture(scope="session")
async def service(service_environment: dict[str, str]) -> AsyncIterator[ServiceUnderTest]:
    async with service_under_test("contacts_service", "contacts", service_environment, Settings, create_app) as service:
        yield service


@pytest.fixture
def tenant(service: ServiceUnderTest) -> Tenant:
    return service.tenant()


@pytest.fixture
async def client(service: ServiceUnderTest, tenant: Tenant) -> AsyncIterator[AsyncClient]:
    async with service.client(tenant) as client:
        yield client


@pytest.fixture
def work(service: ServiceUnderTest) -> Callable[[], Awaitable[int]]:
    """Does all that is due, as the worker would."""
    jobs = create_jobs(service.app.state.settings, service.database)
    return lambda: run_until_idle(jobs, service.database, service.system)
