"""All nodes of one Kafka: started together, killed and started again one by one."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.kafka.artifacts import KafkaUnavailable
from deploy.local.kafka.broker import Broker, Node, launch_node, stop_leftovers
from deploy.local.ports import port_is_free
from deploy.local.processes import last_lines

START_TIMEOUT_S = 60.0
PORTS_PER_NODE = 2


@dataclass
class Cluster:
    """The brokers by their node's id. A node that was killed keeps its place until it is launched again."""

    nodes: Sequence[Node]
    cluster_id: str
    brokers: dict[int, Broker] = field(default_factory=dict)

    @property
    def bootstrap_servers(self) -> str:
        return ",".join(node.address for node in self.nodes)

    def launch(self, node: Node) -> Broker:
        """Starts one node, or starts it again; see `wait_until_joined`. Raises KafkaUnavailable."""
        self.brokers[node.id] = launch_node(node, quorum=self.nodes, cluster_id=self.cluster_id)
        return self.brokers[node.id]

    async def wait_until_joined(self) -> None:
        """All brokers that run see each other. Raises KafkaUnavailable."""
        running = [broker for broker in self.brokers.values() if broker.is_running()]
        for broker in running:
            await wait_for_metadata(broker, members={other.node.id for other in running})

    def stop(self) -> None:
        """The controllers need each other to end in good order: all are told at the same time."""
        for broker in self.brokers.values():
            broker.process.terminate()
        for broker in self.brokers.values():
            broker.stop()


def plan(data_dir: Path, port: int, nodes: int = 1, *, advertised_port: int | None = None) -> Cluster:
    """A cluster of which nothing runs yet. Node by node it takes two ports from `port` on, the second for controllers.

    `advertised_port` is for the first node. Raises KafkaUnavailable if the directory belongs to a cluster of another
    size.
    """
    data_dir = data_dir.resolve()
    members = [_node(data_dir, id_, port + PORTS_PER_NODE * (id_ - 1)) for id_ in range(1, nodes + 1)]
    members[0] = replace(members[0], advertised_port=advertised_port or port)
    present = {folder.name for folder in _folders(data_dir)}
    if present and present != {member.folder.name for member in members}:
        raise KafkaUnavailable(f"{data_dir} holds a Kafka of {len(present)} nodes, not {nodes}: choose another folder.")
    return Cluster(members, _cluster_id(data_dir))


def start_cluster(data_dir: Path, port: int, nodes: int, *, advertised_port: int | None = None) -> Cluster:
    """A cluster that answers, for callers without an event loop. Raises KafkaUnavailable."""
    cluster = plan(data_dir, port, nodes, advertised_port=advertised_port)
    try:
        for node in cluster.nodes:
            cluster.launch(node)
        asyncio.run(cluster.wait_until_joined())
    except BaseException:
        cluster.stop()
        raise
    return cluster


def start(data_dir: Path, port: int, *, advertised_port: int | None = None) -> Broker:
    """One broker that answers, for callers without an event loop. Raises KafkaUnavailable."""
    return start_cluster(data_dir, port, 1, advertised_port=advertised_port).brokers[1]


def launch(data_dir: Path, port: int, *, advertised_port: int | None = None) -> Broker:
    """One broker that has just been started: see `wait_for_metadata`. Raises KafkaUnavailable."""
    cluster = plan(data_dir, port, advertised_port=advertised_port)
    return cluster.launch(cluster.nodes[0])


async def wait_for_metadata(broker: Broker, *, members: Collection[int] = (1,)) -> None:
    """Until the broker knows all `members`. An open port says nothing: after `kill -9` it opens long before the node
    serves. Raises KafkaUnavailable."""
    deadline = monotonic() + START_TIMEOUT_S
    while not await _sees(broker, set(members)):
        if monotonic() > deadline or not broker.is_running():
            broker.kill()
            log = broker.node.log
            raise KafkaUnavailable(f"Kafka did not start. The end of {log}:\n{last_lines(log)}")
        await asyncio.sleep(0.2)


def stop_leftover(data_dir: Path) -> None:
    """Ends the brokers that a killed runner left behind."""
    stop_leftovers(_folders(data_dir.resolve()))


async def _sees(broker: Broker, members: set[int]) -> bool:
    if port_is_free(broker.node.port):
        return False
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers, request_timeout_ms=5000)
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
        return members <= {seen["node_id"] for seen in cluster["brokers"]}
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()


def _node(data_dir: Path, id_: int, port: int) -> Node:
    return Node(id_, data_dir / f"node-{id_}", port, port + 1, port)


def _folders(data_dir: Path) -> list[Path]:
    return sorted(data_dir.glob("node-*"))


def _cluster_id(data_dir: Path) -> str:
    """Written down before the first node is formatted: all must have the same."""
    file = data_dir / "cluster-id"
    if not file.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        file.write_text(urlsafe_b64encode(uuid4().bytes).rstrip(b"=").decode())
    return file.read_text()
