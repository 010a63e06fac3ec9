"""The whole system as `make run KAFKA=1` starts it: real processes, a real Kafka, the demo loaded through the API."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.demo.api import Api
from tests.e2e.system import Installation

READY_TIMEOUT_S = 420
OFFSETS = (0, 1, 2, 3, 4, 32, 92, 93)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    if shutil.which("java") is None or shutil.which("mvn") is None:
        message = "Java and Maven are needed to run the whole system on Kafka"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    data_dir = tmp_path_factory.mktemp("installation")
    given = {"DATA_DIR": str(data_dir), "PORT": str(_free_block()), "KAFKA": "1"}
    with (data_dir / "run.out").open("wb") as out:
        run = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.run"], env={**os.environ, **given}, stdout=out, stderr=out
        )
    try:
        yield _ready(run, data_dir)
    finally:
        run.send_signal(signal.SIGINT)
        run.wait(90)
    assert run.returncode == 0, (data_dir / "run.out").read_text()


def _ready(run: "subprocess.Popen[bytes]", data_dir: Path) -> Installation:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not (data_dir / "run.json").exists():
        if run.poll() is not None or time.monotonic() > deadline:
            pytest.fail((data_dir / "run.out").read_text())
        time.sleep(0.2)
    facts = json.loads((data_dir / "run.json").read_text())
    assert facts["api_key"], (data_dir / "run.out").read_text()
    return Installation(facts["url"], facts["api_key"], facts["users"], facts["pids"], data_dir)


def _free_block() -> int:
    """A port with the ports at fixed distances that a run uses."""
    for base in range(21_000, 29_000, 100):
        if all(_is_free(base + offset) for offset in OFFSETS):
            return base
    pytest.fail("no free block of ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
async def api(installation: Installation) -> AsyncIterator[Api]:
    async with Api(installation.url, installation.api_key) as api:
        yield api
