"""A real PostgreSQL with the messaging tables, both event logs, and facts of a topic that belongs to one test alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local import postgres
from deploy.local.databases import Databases, Urls, prepare_databases
from deploy.local.ports import free_port
from shared.db.database import Database
from shared.db.migrations import tenant_table_v1
from shared.messaging.event import Event, Reading
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog
from shared.messaging.log_schema import ensure_schema
from shared.messaging.migrations import consumer_standing_v1, messaging_tables_v1
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.relay import Relay
from shared.observability.context import Context
from shared.observability.logs import configure_logs

PATIENCE_S = 60.0
"""Only what hangs takes as long."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    running = postgres.start(tmp_path_factory.mktemp("postgres"), free_port(), durable=False)
    yield running
    running.stop()


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    configure_logs("CRITICAL", "tests")


class Statements:
    """Collects what a migration executes."""

    def __init__(self) -> None:
        self.collected: list[str] = []

    def execute(self, sqltext: str) -> None:
        self.collected.append(sqltext)


@pytest.fixture(scope="session")
async def databases(server: postgres.Server) -> Databases:
    made = await prepare_databases(server.superuser_url(), suffix="_messaging")
    op = Statements()
    messaging_tables_v1(op)
    consumer_standing_v1(op)
    op.execute(
        "create table ledger (id bigint generated always as identity, tenant_id uuid, subject text, version bigint)"
    )
    op.execute("create table counter (tenant_id uuid, subject text, total bigint, primary key (tenant_id, subject))")
    op.execute("create table task (tenant_id uuid, id uuid, done_by text, primary key (tenant_id, id))")
    tenant_table_v1(op, "ledger")
    tenant_table_v1(op, "counter")
    tenant_table_v1(op, "task", system=True)
    owner = await asyncpg.connect(plain(made["contacts"].owner))
    for statement in op.collected:
        await owner.execute(statement)
    await owner.close()
    await ensure_schema(made["log"].owner)
    return made


@pytest.fixture(scope="session")
def urls(databases: Databases) -> Urls:
    return databases["contacts"]


@pytest.fixture(scope="session")
async def database(urls: Urls) -> AsyncIterator[Database]:
    async with Database(urls.app, pool_size=10) as opened:
        yield opened


@pytest.fixture(scope="session")
async def system(urls: Urls) -> AsyncIterator[Database]:
    async with Database(urls.system) as opened:
        yield opened


@pytest.fixture(params=["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
def bootstrap_servers(request: pytest.FixtureRequest) -> str | None:
    """Where Kafka is, or None for the PostgreSQL log."""
    return request.getfixturevalue("kafka_bootstrap_servers") if request.param == "kafka" else None


@pytest.fixture
async def log(bootstrap_servers: str | None, databases: Databases) -> AsyncIterator[EventLog]:
    """Each transport; what holds for one must hold for the other."""
    opened = open_log(bootstrap_servers, databases)
    yield opened
    await opened.close()


@pytest.fixture
async def postgres_log(databases: Databases) -> AsyncIterator[PostgresLog]:
    opened = PostgresLog(databases["log"].system, lease_s=2.0)
    yield opened
    await opened.close()


def open_log(bootstrap_servers: str | None, databases: Databases) -> EventLog:
    if bootstrap_servers is None:
        return PostgresLog(databases["log"].system, lease_s=2.0)
    return KafkaLog(bootstrap_servers, client_id="tests")


@pytest.fixture
async def relay(urls: Urls, log: EventLog) -> AsyncIterator[Relay]:
    made = Relay("tests", urls.system, log)
    yield made
    await made.close()


@dataclass(frozen=True)
class Facts:
    """An event and its reading on a topic of the test's own; `consumer` is a name that no other test uses."""

    placed: type[Event]
    seen: type[Reading]
    consumer: str
    topic: str


@pytest.fixture
def facts() -> Facts:
    token = "t" + uuid4().hex[:10]
    event_type = f"{token}.order.placed.v1"

    class OrderPlaced(Event, type=event_type, key="customer_id", subject="order_id"):
        customer_id: UUID
        order_id: UUID
        version: int = 1
        note: str = "สวัสดี"

    class OrderSeen(Reading, types=(event_type,)):
        order_id: UUID
        version: int

    return Facts(OrderPlaced, OrderSeen, f"tests.{token}", f"samphan.{token}")


@pytest.fixture
def tenant(database: Database, urls: Urls) -> "Tenant":
    return Tenant(uuid4(), database, plain(urls.owner))


@dataclass(frozen=True)
class Tenant:
    id: UUID
    database: Database
    owner_dsn: str

    @property
    def context(self) -> Context:
        return Context(tenant_id=self.id, correlation_id="request-1")

    async def rows(self, query: str, **parameters: object) -> list[tuple[object, ...]]:
        async with self.database.transaction(self.context) as session:
            return [tuple(row) for row in await session.execute(text(query), parameters)]

    async def value(self, query: str, **parameters: object) -> object:
        return (await self.rows(query, **parameters))[0][0]


def plain(url: str) -> str:
    return url.replace("postgresql+asyncpg", "postgresql")


async def write_ledger(session: AsyncSession, events: Sequence[Reading]) -> None:
    for event in events:
        await session.execute(
            text("insert into ledger (tenant_id, subject, version) values (:tenant_id, :subject, :version)"),
            {
                "tenant_id": event.envelope.tenant_id,
                "subject": event.envelope.key,
                "version": event.envelope.version,
            },
        )


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Waits until an async condition holds."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline, "it never happened"
        await asyncio.sleep(0.05)
