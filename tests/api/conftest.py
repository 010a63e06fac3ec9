import os
from collections.abc import Iterator

import pytest

from deploy.local.databases import prepare
from deploy.local.keys import Keys
from tests.api.running import Business, Running, running
from tests.conftest import SERVER_URL


@pytest.fixture(scope="session")
def system(worker_name: str, keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    databases = prepare(os.environ[SERVER_URL], suffix=f"_{worker_name}_api")
    with running(databases, keys, tmp_path_factory.mktemp("api")) as started:
        yield started


@pytest.fixture(scope="session")
def business(system: Running) -> Business:
    return system.new_business("shop")
