"""`make run`, before and around what it starts."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.options import BadOption, read_options
from deploy.local.processes import is_alive, wait_until
from deploy.local.supervision import Kept, Program, start_program


def run(**variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "deploy.local.run"]
    return subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_taken_port_is_named_with_its_cure_and_nothing_is_touched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1] - 1

        done = run(PORT=str(port), DATA_DIR=str(tmp_path / "data"), DATABASE_URL="", KAFKA="")

    assert done.returncode == 1
    assert f"{port + 1} (contacts)" in done.stderr
    assert "PORT=" in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("variables", [{"PORT": "eighty"}, {"PORT": "65500"}, {"PROFILE": "double"}])
def test_options_that_mean_nothing_are_refused(variables: dict[str, str]) -> None:
    with pytest.raises(BadOption, match=next(iter(variables))):
        read_options(variables)


def test_a_program_that_ends_is_started_again(tmp_path: Path) -> None:
    def start() -> Program:
        return start_program(["sleep", "60"], env=os.environ, log=tmp_path / "log")

    kept = Kept("sleeper", start(), start)
    first = kept.running.pid
    os.kill(first, 9)

    while kept.running.pid == first:
        kept.tend()

    assert kept.running.is_running()
    assert kept.failures == 1
    kept.running.stop()


def test_programs_die_with_a_killed_runner(tmp_path: Path) -> None:
    script = (
        "import os, pathlib; from deploy.local.supervision import start_program;"
        f"program = start_program(['sleep', '60'], env=os.environ, log=pathlib.Path({str(tmp_path / 'log')!r}));"
        "print(program.pid, flush=True); os.kill(os.getpid(), 9)"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    pid = int(done.stdout)
    assert wait_until(lambda: not is_alive(pid), timeout_s=10)
