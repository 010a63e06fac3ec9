"""What is measured on: a durable PostgreSQL, a Kafka if it can start, and processes as `make run` starts them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.local import kafka, postgres
from deploy.local.databases import Databases, prepare
from deploy.local.environment import environment
from deploy.local.keys import Keys, keep_keys
from deploy.local.ports import free_block, free_port, port_is_free
from deploy.local.processes import StartFailed, last_lines, wait_until
from deploy.local.readiness import is_ready
from deploy.local.supervision import Program, start_program

READY_TIMEOUT_S = 60.0
BLOCK = 8
UNLIMITED = {f"GATEWAY_RATE_{limit}": "1000000000" for limit in ("BURST", "DAY", "SEARCH", "ANONYMOUS")}


@dataclass(frozen=True)
class Ground:
    """Processes started here end with `stack`; `pids` are those whose memory is of interest."""

    folder: Path
    server: postgres.Server
    databases: Databases
    keys: Keys
    port: int
    env: Mapping[str, str]
    broker: kafka.Broker | None
    stack: ExitStack
    pids: dict[str, int] = field(default_factory=dict)
    python: str = sys.executable

    def start(self, name: str, module: str, port: int, *arguments: str, ready: bool = True) -> Program:
        """A process that serves on `port`. Raises StartFailed."""
        if not port_is_free(port):
            raise StartFailed(f"{name} cannot start: something else listens on port {port}.")
        log = self.folder / f"{name}.log"
        program = start_program([self.python, "-m", module, *arguments], env=self.env, log=log)
        self.stack.callback(program.stop)

        def answers() -> bool:
            return is_ready(port) if ready else not port_is_free(port)

        if not wait_until(lambda: answers() or not program.is_running(), timeout_s=READY_TIMEOUT_S) or not answers():
            raise StartFailed(f"{name} did not start:\n{last_lines(log)}")
        self.pids[name] = program.pid
        return program

    def run(self, module: str, *arguments: str) -> str:
        """What a command prints. Raises StartFailed."""
        command = [self.python, "-m", module, *arguments]
        done = subprocess.run(command, env=dict(self.env), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StartFailed(f"{module} failed:\n{done.stderr[-2000:]}")
        return done.stdout


@contextmanager
def prepared(*, with_kafka: bool) -> Iterator[Ground]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="samphan-bench-")))
        folder.chmod(0o711)
        server = postgres.start(folder / "pg", free_port())
        stack.callback(server.stop)
        databases, keys, port = prepare(server.superuser_url()), keep_keys(folder), free_block(BLOCK)
        env = {
            **os.environ,
            **environment(databases, keys, port=port),
            **UNLIMITED,
            "CONTACTS_FILES_DIR": str(folder / "files"),
        }
        broker = _kafka(folder, stack) if with_kafka else None
        ground = Ground(folder, server, databases, keys, port, env, broker, stack)
        ground.pids["PostgreSQL"] = server.pid
        if ground.broker is not None:
            ground.pids["Kafka"] = ground.broker.pid
        ground.run("deploy.local.migrate")
        yield ground


def _kafka(folder: Path, stack: ExitStack) -> kafka.Broker | None:
    try:
        broker = kafka.start(folder / "kafka", free_block(kafka.PORTS_PER_NODE))
    except kafka.KafkaUnavailable as error:
        print(f"Without Kafka: {error}")
        return None
    stack.callback(broker.stop)
    return broker
