"""One KRaft node, broker and controller in one process: its settings, its folder, its life."""

import os
import signal
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.kafka.artifacts import KafkaUnavailable, install, java
from deploy.local.ports import HOST
from deploy.local.processes import command_line, is_alive, spawn, wait_until

STOP_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Node:
    """One member of the cluster: its own folder, its port for clients and its port for controllers.

    Clients are sent to `advertised_port`, where something may stand between them and the broker.
    """

    id: int
    folder: Path
    port: int
    controller_port: int
    advertised_port: int

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def controller_address(self) -> str:
        return f"{HOST}:{self.controller_port}"

    @property
    def settings(self) -> Path:
        return self.folder / "server.properties"

    @property
    def log(self) -> Path:
        return self.folder / "kafka.log"


@dataclass
class Broker:
    node: Node
    process: "subprocess.Popen[bytes]"

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def bootstrap_servers(self) -> str:
        return self.node.address

    def is_running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Ends it in good order, or after a while in any."""
        self.process.terminate()
        if not wait_until(lambda: not self.is_running(), timeout_s=STOP_TIMEOUT_S):
            self.kill()

    def kill(self) -> None:
        """As a power cut would. The node serves again when its old session has ended (`broker.session.timeout.ms`)."""
        self.process.kill()
        self.process.wait()


def launch_node(node: Node, *, quorum: Sequence[Node], cluster_id: str) -> Broker:
    """A broker that has just been started, on what it had stored. Raises KafkaUnavailable."""
    libraries = install()
    node.folder.mkdir(parents=True, exist_ok=True)
    node.settings.write_text("".join(f"{name}={value}\n" for name, value in _settings(node, quorum).items()))
    stop_leftovers([node.folder])
    if not (node.folder / "data" / "meta.properties").exists():
        _format(libraries, node, cluster_id, alone=len(quorum) == 1)
    process = spawn(java(libraries, "kafka.Kafka", str(node.settings)), log=node.log, death_signal=signal.SIGTERM)
    (node.folder / "pid").write_text(str(process.pid))
    return Broker(node, process)


def stop_leftovers(folders: Iterable[Path]) -> None:
    """Ends the brokers that a killed runner left behind in their folders, all at once: they need each other to end."""
    left = {pid for folder in folders if (pid := _leftover(folder))}
    for pid in left:
        os.kill(pid, signal.SIGTERM)
    if not wait_until(lambda: not any(map(is_alive, left)), timeout_s=STOP_TIMEOUT_S):
        for pid in filter(is_alive, left):
            os.kill(pid, signal.SIGKILL)


def _leftover(folder: Path) -> int | None:
    pid = int((folder / "pid").read_text()) if (folder / "pid").exists() else 0
    ours = pid and is_alive(pid) and str(folder / "server.properties") in command_line(pid)
    return pid if ours else None


def _settings(node: Node, quorum: Sequence[Node]) -> dict[str, str]:
    copies, majority = str(len(quorum)), str(len(quorum) // 2 + 1)
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.id),
        **_quorum(quorum),
        "listeners": f"PLAINTEXT://{node.address},CONTROLLER://{node.controller_address}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{node.advertised_port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "num.partitions": "12",
        "default.replication.factor": copies,
        "min.insync.replicas": majority,
        "log.retention.hours": str(14 * 24),
        "log.dirs": str(node.folder / "data"),
        "log.cleaner.dedupe.buffer.size": "8388608",
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": majority,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": majority,
        "group.initial.rebalance.delay.ms": "0",
        # The partitions of a killed broker get new leaders when its session ends, 9 s if nothing is said.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
    }


def _quorum(quorum: Sequence[Node]) -> dict[str, str]:
    if len(quorum) == 1:
        return {"controller.quorum.bootstrap.servers": quorum[0].controller_address}
    return {"controller.quorum.voters": ",".join(f"{member.id}@{member.controller_address}" for member in quorum)}


def _format(libraries: Path, node: Node, cluster_id: str, *, alone: bool) -> None:
    tool = [
        "kafka.tools.StorageTool",
        "format",
        f"--cluster-id={cluster_id}",
        "-c",
        str(node.settings),
    ]  # may begin with -
    command = java(libraries, *tool, *(["--standalone"] if alone else []))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise KafkaUnavailable(f"Kafka could not prepare its folder:\n{done.stdout}{done.stderr}")
