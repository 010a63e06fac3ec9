"""Apache Kafka as one KRaft node (broker and controller) on 127.0.0.1, from Maven artifacts. `make kafka` runs it.

In the directory: one folder a node with its settings, data and log. The jars are kept under `.data/kafka`.
On Linux a broker ends with the thread that started it.
"""

import asyncio
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.ports import port_is_free
from deploy.local.processes import StartFailed, command_line, is_alive, last_lines, spawn, wait_until

HOST = "127.0.0.1"
SOURCES = Path(__file__).parents[1] / "kafka"
LIBRARIES = Path(__file__).parents[2] / ".data" / "kafka"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
JAVA_OPTIONS = ("-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class KafkaUnavailable(StartFailed):
    """Kafka cannot be installed or started here."""


@dataclass(frozen=True)
class Node:
    """One member of the cluster: its own folder, its port for clients and its port for controllers."""

    id: int
    folder: Path
    port: int
    controller_port: int
    advertised_port: int


@dataclass
class Broker:
    node: Node
    process: "subprocess.Popen[bytes]"

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def bootstrap_servers(self) -> str:
        return f"{HOST}:{self.node.port}"

    @property
    def log(self) -> Path:
        return self.node.folder / "kafka.log"

    def is_running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Ends it in good order, or after a while in any."""
        self.process.terminate()
        if not wait_until(lambda: not self.is_running(), timeout_s=STOP_TIMEOUT_S):
            self.kill()

    def kill(self) -> None:
        """As a power cut would. It takes about 11 s to come back from that."""
        self.process.kill()
        self.process.wait()


def start(data_dir: Path, port: int, *, advertised_port: int | None = None) -> Broker:
    """A broker that answers, for callers without an event loop. Raises KafkaUnavailable."""
    broker = launch(data_dir, port, advertised_port=advertised_port)
    asyncio.run(wait_for_metadata(broker))
    return broker


def launch(data_dir: Path, port: int, *, advertised_port: int | None = None) -> Broker:
    """A broker that has just been started: see `wait_for_metadata`. Controllers talk on the next port.

    Clients are sent to `advertised_port`, where something may stand between them and the broker.
    """
    data_dir = data_dir.resolve()
    libraries = install()
    node = Node(1, _folder(data_dir), port, port + 1, advertised_port or port)
    settings = _configure(node, quorum=[node])
    stop_leftover(data_dir)
    if not (node.folder / "data" / "meta.properties").exists():
        _format(libraries, settings)
    log = node.folder / "kafka.log"
    process = spawn(_java(libraries, "kafka.Kafka", str(settings)), log=log, death_signal=signal.SIGTERM)
    (node.folder / "pid").write_text(str(process.pid))
    return Broker(node, process)


async def wait_for_metadata(broker: Broker) -> None:
    """An open port says nothing: after `kill -9` it opens long before the node serves. Raises KafkaUnavailable."""
    deadline = monotonic() + START_TIMEOUT_S
    while not await _serves(broker):
        if monotonic() > deadline or not broker.is_running():
            broker.kill()
            raise KafkaUnavailable(f"Kafka did not start. The end of {broker.log}:\n{last_lines(broker.log)}")
        await asyncio.sleep(0.2)


def install() -> Path:
    """The folder of jars, fetched by Maven once for each list of artifacts. Raises KafkaUnavailable."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise KafkaUnavailable(f"Kafka needs Java 17 or later and Maven: '{program}' is not installed.")
    pom = SOURCES / "pom.xml"
    libraries = LIBRARIES / f"lib-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}"
    if not libraries.exists():
        _copy_dependencies(pom, libraries)
    return libraries


def _copy_dependencies(pom: Path, libraries: Path) -> None:
    unfinished = libraries.with_suffix(f".{os.getpid()}")
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={unfinished}"]
    done = subprocess.run(["mvn", "-B", "-q", "-f", str(pom), *goal], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise KafkaUnavailable(f"Maven could not fetch Kafka:\n{done.stdout}{done.stderr}")
    if libraries.exists():
        shutil.rmtree(unfinished)
    else:
        unfinished.rename(libraries)


def _folder(data_dir: Path) -> Path:
    return data_dir / "node-1"


def _configure(node: Node, *, quorum: Sequence[Node]) -> Path:
    node.folder.mkdir(parents=True, exist_ok=True)
    file = node.folder / "server.properties"
    file.write_text("".join(f"{name}={value}\n" for name, value in _settings(node, quorum).items()))
    return file


def _settings(node: Node, quorum: Sequence[Node]) -> dict[str, str]:
    copies = str(len(quorum))
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.id),
        "controller.quorum.bootstrap.servers": ",".join(f"{HOST}:{member.controller_port}" for member in quorum),
        "listeners": f"PLAINTEXT://{HOST}:{node.port},CONTROLLER://{HOST}:{node.controller_port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{node.advertised_port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "num.partitions": "12",
        "log.retention.hours": str(14 * 24),
        "log.dirs": str(node.folder / "data"),
        "log.cleaner.dedupe.buffer.size": "8388608",
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": str(len(quorum) // 2 + 1),
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": str(len(quorum) // 2 + 1),
        "group.initial.rebalance.delay.ms": "0",
    }


def _format(libraries: Path, settings: Path) -> None:
    cluster = urlsafe_b64encode(uuid4().bytes).rstrip(b"=").decode()
    tool = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings), "--standalone"]
    done = subprocess.run(_java(libraries, *tool), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise KafkaUnavailable(f"Kafka could not prepare its folder:\n{done.stdout}{done.stderr}")


def _java(libraries: Path, *arguments: str) -> list[str]:
    logging = f"-Dlog4j2.configurationFile={SOURCES / 'log4j2.properties'}"
    return ["java", *JAVA_OPTIONS, logging, "-cp", f"{libraries}/*", *arguments]


def stop_leftover(data_dir: Path) -> None:
    """Ends the broker that a killed runner left behind."""
    folder = _folder(data_dir.resolve())
    pid = int((folder / "pid").read_text()) if (folder / "pid").exists() else 0
    if pid and is_alive(pid) and str(folder / "server.properties") in command_line(pid):
        os.kill(pid, signal.SIGTERM)
        if not wait_until(lambda: not is_alive(pid), timeout_s=STOP_TIMEOUT_S):
            os.kill(pid, signal.SIGKILL)


async def _serves(broker: Broker) -> bool:
    if port_is_free(broker.node.port):
        return False
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers, request_timeout_ms=5000)
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
        return bool(cluster["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()


def main() -> int:
    """In the foreground until Ctrl-C."""
    data_dir, port = Path(os.environ.get("DATA_DIR", ".data")) / "kafka", int(os.environ.get("PORT", "8000")) + 92
    try:
        broker = start(data_dir, port)
    except KafkaUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: broker.process.terminate())
    print(f"Kafka: {broker.bootstrap_servers} (KAFKA_BOOTSTRAP_SERVERS={broker.bootstrap_servers}). Ctrl-C stops it.")
    try:
        broker.process.wait()
    except KeyboardInterrupt:
        broker.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
