import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.clients import TYPESCRIPT, npm
from deploy.local.databases import prepare
from deploy.local.keys import Keys
from tests.api.programs import NODE, require
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


@pytest.fixture(scope="session")
def typescript(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Path:
    """The package of the TypeScript client, installed and built by the first worker that asks; the others wait.

    It has one folder for all workers, and `npm ci` empties it first.
    """
    require(*NODE)
    folder = tmp_path_factory.getbasetemp().parent
    built = folder / f"typescript-{testrun_uid}"
    with (folder / "typescript.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            npm("ci", "--no-audit", "--no-fund")
            npm("run", "--silent", "build")
            built.touch()
    return TYPESCRIPT
