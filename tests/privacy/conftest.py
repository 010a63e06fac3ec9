"""A whole system with its workers, on databases of its own."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.databases import Databases, prepare_databases
from deploy.local.keys import Keys
from tests.attacks.system import System, running
from tests.conftest import SERVER_URL


@pytest.fixture(scope="session")
async def private(worker_name: str) -> Databases:
    return await prepare_databases(os.environ[SERVER_URL], suffix=f"_privacy_{worker_name}")


@pytest.fixture(scope="session")
async def system(private: Databases, keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    files: Path = tmp_path_factory.mktemp("private-files")
    async with running(private, keys, files, workers=True) as system:
        yield system
