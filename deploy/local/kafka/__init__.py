"""Apache Kafka on 127.0.0.1, from Maven artifacts: one KRaft node, or a cluster of them. `make kafka` runs it.

In the directory: one folder a node with its settings, data and log. The jars are kept under `.data/kafka`.
On Linux a broker ends with the thread that started it.
"""

from deploy.local.kafka.artifacts import KafkaUnavailable, install
from deploy.local.kafka.broker import Broker, Node
from deploy.local.kafka.cluster import (
    PORTS_PER_NODE,
    Cluster,
    launch,
    plan,
    start,
    start_cluster,
    stop_leftover,
    wait_for_metadata,
)

__all__ = [
    "PORTS_PER_NODE",
    "Broker",
    "Cluster",
    "KafkaUnavailable",
    "Node",
    "install",
    "launch",
    "plan",
    "start",
    "start_cluster",
    "stop_leftover",
    "wait_for_metadata",
]
