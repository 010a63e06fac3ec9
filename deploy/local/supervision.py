"""Keeps processes running: what ends is started again, after pauses that grow."""

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGTERM
from threading import Thread
from time import monotonic
from typing import Protocol

from deploy.local.processes import StartFailed, spawn, wait_until

STOP_TIMEOUT_S = 40.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0


def say(text: str) -> None:
    print(f"samphan: {text}", flush=True)


class Running(Protocol):
    @property
    def pid(self) -> int: ...

    def is_running(self) -> bool: ...

    def stop(self) -> None: ...


@dataclass
class Program:
    """A child process that drains on SIGTERM."""

    process: "subprocess.Popen[bytes]"

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        if self.is_running():
            os.kill(self.pid, SIGTERM)
        if not wait_until(lambda: not self.is_running(), timeout_s=STOP_TIMEOUT_S):
            os.kill(self.pid, SIGKILL)
            self.process.wait()


@dataclass
class Kept:
    """Something that is kept running. `failures` counts ends without a steady time between them."""

    name: str
    running: Running
    start: Callable[[], Running]
    failures: int = field(init=False, default=0)
    _started_at_s: float = field(init=False, default_factory=monotonic)
    _retry_at_s: float | None = field(init=False, default=None)

    def tend(self) -> None:
        """Notices an end, and starts again when the pause after it is over. To be called often."""
        if self._retry_at_s is not None:
            if monotonic() >= self._retry_at_s:
                self._begin_again()
        elif not self.running.is_running():
            self._plan_retry()

    def _begin_again(self) -> None:
        self._retry_at_s = None
        self._started_at_s = monotonic()
        try:
            self.running = self.start()
        except StartFailed as error:
            say(str(error))
            self._plan_retry()

    def _plan_retry(self) -> None:
        steady = monotonic() - self._started_at_s > STEADY_AFTER_S
        self.failures = 1 if steady else self.failures + 1
        pause_s = min(FIRST_PAUSE_S * 2 ** (self.failures - 1), LONGEST_PAUSE_S)
        self._retry_at_s = monotonic() + pause_s
        say(f"{self.name} ended; starting it again in {pause_s:g} s")


def start_program(command: Sequence[str], *, env: Mapping[str, str], log: Path) -> Program:
    """It is killed when we are: a drained end is for orderly times."""
    return Program(spawn(command, log=log, death_signal=SIGKILL, env=env))


def stop_together(programs: Iterable[Running]) -> None:
    """All drain at the same time."""
    stopping = [Thread(target=program.stop) for program in programs]
    for thread in stopping:
        thread.start()
    for thread in stopping:
        thread.join()
