"""One system for all attacks of a run, on databases of its own: they change only by its requests."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.databases import Databases, prepare_databases
from deploy.local.keys import Keys
from tests.attacks.state import Observer
from tests.attacks.system import System, Tenant, running
from tests.attacks.world import World, new_world
from tests.conftest import SERVER_URL


@pytest.fixture(scope="session")
async def attacked(worker_name: str) -> Databases:
    return await prepare_databases(os.environ[SERVER_URL], suffix=f"_attacks_{worker_name}")


@pytest.fixture(scope="session")
async def system(attacked: Databases, keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    files: Path = tmp_path_factory.mktemp("files")
    async with running(attacked, keys, files) as system:
        yield system


@pytest.fixture(scope="session")
async def observer(system: System) -> AsyncIterator[Observer]:
    observer = await Observer.of(system.databases, os.environ[SERVER_URL], system.files)
    yield observer
    await observer.aclose()


@pytest.fixture(scope="session")
async def world(system: System) -> World:
    return await new_world(system)


@pytest.fixture
async def tenant(system: System) -> Tenant:
    return await system.new_tenant()
