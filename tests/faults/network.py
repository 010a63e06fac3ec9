"""Proxies between the parts of a system: gateway and services, services and databases, services and the event log."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from tests.faults.proxy import CALM, HOST, Proxy, Weather


class Pair(StrEnum):
    """Who talks with whom."""

    SERVICES = "gateway and services"
    DATABASES = "services and their databases"
    LOG = "services and the event log"


@dataclass
class Network:
    """Every process finds the others through proxies. The log's proxy stands before Kafka where that is the log, else
    before the same PostgreSQL as the databases', but only for connections to the log's database.
    """

    seed: int = 0
    _proxies: "dict[Pair, list[Proxy]]" = field(default_factory=dict)
    _upstreams: dict[str, Proxy] = field(default_factory=dict)
    _postgres: Proxy | None = None
    _log: Proxy | None = None

    @asynccontextmanager
    async def opened(
        self, *, services: Mapping[str, int], postgres_port: int, kafka_port: int | None
    ) -> AsyncIterator["Network"]:
        """The servers need not run yet. Ports are theirs: `services` by name."""
        async with AsyncExitStack() as stack:

            async def proxy(port: int) -> Proxy:
                return await stack.enter_async_context(Proxy(HOST, port, seed=self.seed))

            self._upstreams = {name: await proxy(port) for name, port in services.items()}
            self._postgres, self._log = await proxy(postgres_port), await proxy(kafka_port or postgres_port)
            self._proxies = {
                Pair.SERVICES: list(self._upstreams.values()),
                Pair.DATABASES: [self._postgres],
                Pair.LOG: [self._log],
            }
            yield self

    def rewired(self, env: Mapping[str, str]) -> dict[str, str]:
        """The same environment with the proxies in the place of the servers. Owners migrate without proxies."""
        return {name: self._rewire(name, value) for name, value in env.items()}

    def set(self, weather: Weather, *pairs: Pair) -> None:
        """Between all pairs if none is named."""
        for proxy in self._of(pairs):
            proxy.weather = weather

    def calm(self) -> None:
        self.set(CALM)

    @property
    def log_port(self) -> int:
        assert self._log is not None, "the network is not open"
        return self._log.port

    @property
    def resets(self) -> int:
        return sum(proxy.resets for proxy in self._of(()))

    def _of(self, pairs: Iterable[Pair]) -> list[Proxy]:
        return [proxy for pair in (list(pairs) or Pair) for proxy in self._proxies[pair]]

    def _rewire(self, name: str, value: str) -> str:
        assert self._postgres is not None, "the network is not open"
        if name.endswith("_KAFKA_BOOTSTRAP_SERVERS"):
            return f"{HOST}:{self.log_port}"
        if name.endswith("_LOG_DATABASE_URL"):
            return _through(value, self.log_port)
        if name.endswith("_DATABASE_URL") and "_OWNER_" not in name:
            return _through(value, self._postgres.port)
        for service, proxy in self._upstreams.items():
            if name == f"GATEWAY_{service.upper()}_URL":
                return _through(value, proxy.port)
        return value


def _through(url: str, port: int) -> str:
    parts = urlsplit(url)
    login, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{login}{at}{HOST}:{port}"))
