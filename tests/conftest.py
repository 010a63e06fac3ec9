"""One real PostgreSQL for the run, databases of its own for each worker process, a fresh tenant for each test."""

import os
import socket
import tempfile
from pathlib import Path

import pytest
from deploy.local.databases import Databases, prepare
from deploy.local.environment import environment
from deploy.local.keys import Keys, keep_keys
from deploy.local.postgres import Server, start

SERVER_URL = "TEST_DATABASE_URL"
_started: list[Server] = []


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process starts the server; workers find it through the environment."""
    if SERVER_URL not in os.environ and not config.option.collectonly:
        directory = Path(tempfile.mkdtemp(prefix="samphan-test-"))
        server = start(directory, free_port(), durable=False)
        _started.append(server)
        os.environ[SERVER_URL] = server.superuser_url()


def pytest_unconfigure() -> None:
    for server in _started:
        server.stop()


@pytest.fixture(scope="session")
def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def databases(worker_name: str) -> Databases:
    return prepare(os.environ[SERVER_URL], suffix=f"_{worker_name}")


@pytest.fixture(scope="session")
def keys(data_dir: Path) -> Keys:
    return keep_keys(data_dir)


@pytest.fixture(scope="session")
def service_environment(databases: Databases, keys: Keys) -> dict[str, str]:
    """What every process of an installation is started with."""
    return environment(databases, keys, port=free_port())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
