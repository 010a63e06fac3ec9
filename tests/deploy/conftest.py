"""A server of its own for what these tests do to it: kill it, take its roles away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import postgres
from deploy.local.ports import free_port


@pytest.fixture(scope="module")
def open_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pytest's folders are private; as root the server's user has to reach it."""
    return tmp_path_factory.mktemp("deploy")


@pytest.fixture(scope="module")
def server(open_folder: Path) -> Iterator[postgres.Server]:
    running = postgres.start(open_folder / "pg", free_port(), durable=False)
    yield running
    running.stop()


@pytest.fixture
def open_server(tmp_path: Path) -> Iterator[postgres.Server]:
    """A server that nobody prepared yet."""
    running = postgres.start(tmp_path / "pg", free_port(), durable=False)
    yield running
    running.stop()
