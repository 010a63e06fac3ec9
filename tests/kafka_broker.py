"""One Kafka for the whole run: the controlling process keeps it, and starts it when the first test asks for it."""

import os
import shutil
import tempfile
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from deploy.local import kafka
from deploy.local.ports import free_block
from deploy.local.processes import StartFailed

SERVERS = "TEST_KAFKA_BOOTSTRAP_SERVERS"
DIRECTORY = "TEST_KAFKA_DIR"
WAIT_S = 600
POLL_S = 0.1


class Keeper:
    """Workers ask by a file, and are answered by another: a worker cannot keep the broker, for it may end first."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="samphan-test-kafka-"))
        self._stop = Event()
        self._thread = Thread(target=self._keep, daemon=True)
        os.environ[DIRECTORY] = str(self._directory)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _keep(self) -> None:
        """The broker is tied to this thread: both end with the process, in whatever way it ends."""
        while not (self._directory / "wanted").exists():
            if self._stop.wait(POLL_S):
                return
        try:
            broker = kafka.start(self._directory / "data", free_block(kafka.PORTS_PER_NODE))
        except StartFailed as error:
            _answer(self._directory, "failed", str(error))
            return
        _answer(self._directory, "ready", broker.bootstrap_servers)
        self._stop.wait()
        broker.stop()


def require_programs() -> None:
    """A machine without Java or Maven skips and says so; CI fails."""
    missing = [program for program in ("java", "mvn") if shutil.which(program) is None]
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"NOT TESTED: Kafka needs {' and '.join(missing)}")


def ask_for_servers() -> str:
    """Where the run's broker is, or the one that the environment names."""
    if SERVERS in os.environ:
        return os.environ[SERVERS]
    require_programs()
    directory = Path(os.environ[DIRECTORY])
    (directory / "wanted").touch()
    deadline = monotonic() + WAIT_S
    while not (directory / "ready").exists():
        if (directory / "failed").exists():
            pytest.fail((directory / "failed").read_text())
        if monotonic() > deadline:
            pytest.fail("Kafka did not start in time.")
        sleep(POLL_S)
    return (directory / "ready").read_text()


def _answer(directory: Path, name: str, text: str) -> None:
    """Renamed into place: whoever sees the file sees all of it."""
    unfinished = directory / f"{name}.unfinished"
    unfinished.write_text(text)
    unfinished.rename(directory / name)
