"""One system for all attacks of a run. Its event log moves nothing, so a database changes only by requests."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.databases import Databases
from deploy.local.keys import Keys
from tests.attacks.system import System, Tenant, running


@pytest.fixture(scope="session")
async def system(databases: Databases, keys: Keys) -> AsyncIterator[System]:
    async with running(databases, keys) as system:
        yield system


@pytest.fixture
async def tenant(system: System) -> Tenant:
    return await system.new_tenant()
