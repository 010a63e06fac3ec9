"""What the environment asks of `make run`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.environment import SERVICES
from deploy.local.kafka import PORTS_PER_NODE

POSTGRES_OFFSET = 32
KAFKA_OFFSET = 92
DEFAULT_PORT = 8000
CLUSTER_SIZES = (1, 3, 5)


class BadOption(ValueError):
    """A variable holds what cannot be understood."""


@dataclass(frozen=True)
class Options:
    """`database_url` is of an administrator on a given server; without it we run our own."""

    data_dir: Path
    port: int
    single: bool
    with_kafka: bool
    kafka_nodes: int
    kafka_bootstrap_servers: str | None
    database_url: str | None

    @property
    def postgres_port(self) -> int:
        return self.port + POSTGRES_OFFSET

    @property
    def kafka_port(self) -> int:
        return self.port + KAFKA_OFFSET

    def ports(self) -> dict[str, int]:
        """All ports that a run listens on, by what listens there."""
        ports = {service.name: service.port(self.port) for service in SERVICES}
        if self.single:
            ports = {"gateway": self.port}
        if self.database_url is None:
            ports["PostgreSQL"] = self.postgres_port
        if self.with_kafka:
            used = range(self.kafka_port, self.kafka_port + PORTS_PER_NODE * self.kafka_nodes)
            ports |= {f"Kafka {port}": port for port in used}
        return ports


def read_options(environ: Mapping[str, str]) -> Options:
    """Raises BadOption. An empty variable counts as none."""
    profile = environ.get("PROFILE") or "full"
    if profile not in ("full", "single"):
        raise BadOption(f"PROFILE is {profile!r}: it may be 'single', or left out.")
    return Options(
        data_dir=Path(environ.get("DATA_DIR") or ".data").resolve(),
        port=_port(environ.get("PORT") or str(DEFAULT_PORT)),
        single=profile == "single",
        with_kafka=environ.get("KAFKA") not in (None, "", "0"),
        kafka_nodes=_nodes(environ.get("NODES") or "1"),
        kafka_bootstrap_servers=environ.get("KAFKA_BOOTSTRAP_SERVERS") or None,
        database_url=environ.get("DATABASE_URL") or None,
    )


def _port(text: str) -> int:
    highest = 65535 - KAFKA_OFFSET - PORTS_PER_NODE * CLUSTER_SIZES[-1]
    if not text.isdigit() or not 1024 <= int(text) <= highest:
        raise BadOption(f"PORT is {text!r}: it may be a number from 1024 to {highest}.")
    return int(text)


def _nodes(text: str) -> int:
    if text not in map(str, CLUSTER_SIZES):
        raise BadOption(f"NODES is {text!r}: it may be {', '.join(map(str, CLUSTER_SIZES))}.")
    return int(text)
