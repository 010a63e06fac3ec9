"""The caller of a preference link."""

from collections.abc import AsyncIterator

import httpx
import pytest
from httpx import AsyncClient

from shared.auth.principal import ANYBODY
from shared.testing.services import ServiceUnderTest


@pytest.fixture
async def anybody(service: ServiceUnderTest) -> AsyncIterator[AsyncClient]:
    """As the gateway lets callers without a credential through."""
    token = service.minter.mint(ANYBODY, "contacts")
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}"}
    async with AsyncClient(transport=transport, base_url="http://service", headers=headers) as client:
        yield client
