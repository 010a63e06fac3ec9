"""One real PostgreSQL and one Kafka for the run, databases of its own for each worker, a fresh tenant for each test."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
import structlog

import shared.observability.starting
from deploy.local.databases import Databases, prepare
from deploy.local.environment import environment
from deploy.local.keys import Keys, keep_keys
from deploy.local.ports import free_port
from deploy.local.postgres import Server, start
from shared.observability.runtime import settle_process
from tests import kafka_broker

SERVER_URL = "TEST_DATABASE_URL"
LONG = ("faults/test_on_kafka.py", "e2e", "api", "attacks", "faults/test_on_postgres.py")
MEMORY = Path("/dev/shm")
ROOM_BYTES = 8 * 2**30
_started: list[Server | kafka_broker.Keeper] = []


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process starts the servers; workers find them through the environment."""
    _log_plainly()
    if config.option.collectonly:
        return
    if SERVER_URL not in os.environ:
        directory = Path(tempfile.mkdtemp(prefix="samphan-test-", dir=_memory()))
        server = start(directory, free_port(), durable=False)
        _started.append(server)
        os.environ[SERVER_URL] = server.superuser_url()
    if kafka_broker.DIRECTORY not in os.environ:
        keeper = kafka_broker.Keeper()
        keeper.start()
        _started.append(keeper)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes comes first: at the end no worker waits for another that is alone with it."""
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        return next((place for place, path in enumerate(LONG) if item.path.is_relative_to(here / path)), len(LONG))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    settle_process()


def pytest_unconfigure() -> None:
    for server in _started:
        server.stop()
        if isinstance(server, Server):
            shutil.rmtree(server.data_dir, ignore_errors=True)


def _memory() -> Path | None:
    """Where files are in memory, so that no test waits for a busy disk; None where there is too little."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
    return MEMORY if roomy else None


def _log_plainly() -> None:
    """Structlog's own default draws tracebacks with all locals, which takes seconds for each."""
    structlog.configure(
        [
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(),
        ],
        cache_logger_on_first_use=False,
    )


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
def kafka_bootstrap_servers() -> str:
    """A real broker, shared by the whole run: use topics and groups of your own, and leave it running."""
    return kafka_broker.ask_for_servers()


@pytest.fixture(scope="session")
def keys(data_dir: Path) -> Keys:
    return keep_keys(data_dir)


@pytest.fixture(scope="session")
def service_environment(databases: Databases, keys: Keys) -> dict[str, str]:
    """What every process of an installation is started with."""
    return environment(databases, keys, port=free_port())
