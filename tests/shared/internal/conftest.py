"""A service with a consumer that a test can break and mend, behind a real gateway, as operators reach it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.databases import Databases
from gateway.app import create_app as create_gateway
from gateway.settings import Settings as GatewaySettings
from interaction_service.settings import Settings
from shared.db import Database
from shared.db.migrations import tenant_table_v1, upgrade
from shared.internal import open_doors
from shared.messaging import Consumer, Event, Reading, stage
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog
from shared.messaging.log_schema import ensure_schema
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.relay import Relay
from shared.messaging.running import Running
from shared.observability.context import Context
from shared.web.app import create_service
from tests.gateway.serving import serving
from tests.shared.messaging.conftest import Statements, plain

LEDGER = "insert into operated (tenant_id, key, version) values (:tenant_id, :key, :version)"


@pytest.fixture(scope="session")
async def settings(service_environment: dict[str, str], databases: Databases) -> Settings:
    made = Settings(**_given(service_environment, "INTERACTIONS_"))
    assert made.owner_database_url is not None
    await asyncio.to_thread(upgrade, "interaction_service", made.owner_database_url)
    await ensure_schema(databases["log"].owner)
    op = Statements()
    op.execute("create table operated (id bigint generated always as identity, tenant_id uuid, key text, version int)")
    tenant_table_v1(op, "operated")
    owner = await asyncpg.connect(plain(made.owner_database_url))
    for statement in op.collected:
        await owner.execute(statement)
    await owner.close()
    return made


def _given(environment: dict[str, str], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix).lower(): value for name, value in environment.items() if name.startswith(prefix)}


@pytest.fixture
def gateway_settings(service_environment: dict[str, str]) -> GatewaySettings:
    return GatewaySettings(**{**_given(service_environment, "GATEWAY_"), "rate_anonymous": 100_000})


@pytest.fixture(params=["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
async def log(request: pytest.FixtureRequest, databases: Databases) -> AsyncIterator[EventLog]:
    opened: EventLog = PostgresLog(databases["log"].system, lease_s=2.0)
    if request.param == "kafka":
        opened = KafkaLog(request.getfixturevalue("kafka_bootstrap_servers"), client_id="tests")
    yield opened
    await opened.close()


@dataclass
class Workshop:
    """The consumer refuses events whose `version` is among `refused`, until they are taken out."""

    settings: Settings
    database: Database
    log: EventLog
    placed: type[Event]
    consumer: Consumer
    topic: str
    refused: set[int] = field(default_factory=set)
    tenant_id: UUID = field(default_factory=uuid4)

    async def publish(self, *versions: int, key: UUID) -> None:
        async with self.database.transaction(Context(self.tenant_id)) as session:
            stage(session, *(self.placed(customer_id=key, version=version) for version in versions))
        relay = Relay("operated", self.settings.system_database_url, self.log)
        await relay.drain()
        await relay.close()

    async def applied(self, key: UUID) -> list[int]:
        async with self.database.transaction(Context(self.tenant_id)) as session:
            found = await session.scalars(
                text("select version from operated where key = :k order by id"), {"k": str(key)}
            )
            return list(found)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Running]:
        running = Running(self.consumer, self.database, self.log)
        stop = asyncio.Event()
        task = asyncio.create_task(running.run(stop))
        try:
            yield running
        finally:
            stop.set()
            await task


@pytest.fixture
async def workshop(settings: Settings, log: EventLog) -> AsyncIterator[Workshop]:
    token = "o" + uuid4().hex[:10]

    class Placed(Event, type=f"{token}.order.placed.v1", key="customer_id", subject="customer_id"):
        customer_id: UUID
        version: int

    class Seen(Reading, types=(f"{token}.order.placed.v1",)):
        version: int

    consumer = Consumer(f"operated.{token}", park_limit=1.0)
    async with Database(settings.database_url, pool_size=6) as database:
        made = Workshop(settings, database, log, Placed, consumer, f"samphan.{token}")

        @consumer.on(Seen)
        async def remember(session: AsyncSession, events: Sequence[Any]) -> None:
            if any(event.version in made.refused for event in events):
                raise ZeroDivisionError("a bug")
            rows = [{"tenant_id": e.envelope.tenant_id, "key": e.envelope.key, "version": e.version} for e in events]
            await session.execute(text(LEDGER), rows)

        yield made


def service_app(settings: Settings, *consumers: Consumer) -> FastAPI:
    app = create_service("interactions", settings, [], summary="A service whose consumers are watched.")
    open_doors(app, "interactions", consumers)
    return app


@asynccontextmanager
async def doors(
    settings: Settings, gateway_settings: GatewaySettings, *consumers: Consumer
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway, with the operator's token if there is one."""
    async with serving(service_app(settings, *consumers)) as url:
        gateway = create_gateway(gateway_settings.model_copy(update={"interactions_url": url}))
        token = gateway_settings.operator_token
        headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
        async with serving(gateway) as base, httpx.AsyncClient(base_url=base, headers=headers, timeout=30) as client:
            yield client


@pytest.fixture
async def operator(
    settings: Settings, gateway_settings: GatewaySettings, workshop: Workshop
) -> AsyncIterator[httpx.AsyncClient]:
    async with doors(settings, gateway_settings, workshop.consumer) as client:
        yield client


@pytest.fixture
async def service(
    settings: Settings, workshop: Workshop, operator: httpx.AsyncClient
) -> AsyncIterator[httpx.AsyncClient]:
    """The service itself, for what the gateway would cut short."""
    app = service_app(settings, workshop.consumer)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://service", headers=operator.headers
        ) as client:
            yield client
