"""The whole system as `make run KAFKA=1` starts it: real processes, a real Kafka, the demo loaded through the API."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.demo.api import Api
from deploy.local.ports import free_block
from tests.e2e.system import Installation

READY_TIMEOUT_S = 420


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    if shutil.which("java") is None or shutil.which("mvn") is None:
        message = "Java and Maven are needed to run the whole system on Kafka"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    data_dir = tmp_path_factory.mktemp("installation")
    given = {"DATA_DIR": str(data_dir), "PORT": str(free_block(100)), "KAFKA": "1"}
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


@pytest.fixture
async def api(installation: Installation) -> AsyncIterator[Api]:
    async with Api(installation.url, installation.api_key) as api:
        yield api
