from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient

from interaction_service.app import create_app
from interaction_service.settings import Settings
from shared.testing.services import ServiceUnderTest, service_under_test
from shared.testing.tenants import Tenant
from tests.interaction_service.facts import Facts


@pytest.fixture(scope="session")
async def service(service_environment: dict[str, str]) -> AsyncIterator[ServiceUnderTest]:
    async with service_under_test(
        "interaction_service", "interactions", service_environment, Settings, create_app
    ) as service:
        yield service


@pytest.fixture
def tenant(service: ServiceUnderTest) -> Tenant:
    return service.tenant()


@pytest.fixture
async def client(service: ServiceUnderTest, tenant: Tenant) -> AsyncIterator[AsyncClient]:
    async with service.client(tenant) as client:
        yield client


@pytest.fixture
def facts(service: ServiceUnderTest, tenant: Tenant) -> Facts:
    """Contacts' events, as the consumer gets them."""
    return Facts(service.database, tenant)
