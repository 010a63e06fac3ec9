"""A projection of its own for each test, fed by a real log."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.databases import Urls
from shared.db.database import Database
from shared.db.migrations import tenant_table_v1
from shared.messaging import Consumer, ProjectionTable, stage
from shared.messaging.log import EventLog
from shared.messaging.rebuild import Choices, Comparison, rebuild
from shared.messaging.relay import Relay
from shared.messaging.running import Running
from tests.shared.messaging.conftest import Facts, Statements, Tenant, eventually, plain

Hook = Callable[[str, Any], Awaitable[None]]


@dataclass
class Projection:
    """Of each order its newest version. `hook` is called with the schema that is written, before each event."""

    table: str
    consumer: Consumer
    facts: Facts
    tenant: Tenant
    urls: Urls
    log: EventLog
    relay: Relay
    hook: Hook | None = None
    seen: list[tuple[str, UUID]] = field(default_factory=list)

    async def remember(self, session: AsyncSession, events: Sequence[Any]) -> None:
        schema = await session.scalar(text("select current_schema()"))
        for event in events:
            if self.hook is not None:
                await self.hook(str(schema), event)
            self.seen.append((str(schema), event.order_id))
            await session.execute(
                text(
                    f"insert into {self.table} as old (tenant_id, id, version) values (:tenant_id, :id, :version)"
                    " on conflict (tenant_id, id) do update set version = excluded.version"
                    " where old.version < excluded.version"
                ),
                {"tenant_id": event.envelope.tenant_id, "id": event.order_id, "version": event.version},
            )

    async def publish(self, *orders: tuple[UUID, UUID, int]) -> None:
        """Of a customer, an order, a version."""
        async with self.tenant.database.transaction(self.tenant.context) as session:
            stage(session, *(self.facts.placed(customer_id=c, order_id=o, version=v) for c, o, v in orders))
        await self.relay.drain()

    async def rows(self) -> list[tuple[object, ...]]:
        return await self.tenant.rows(f"select id, version from {self.table} order by id")

    async def rebuild(self, *, resume: bool = False, accept: bool = False, keep: bool = False) -> Comparison:
        return await rebuild(
            self.consumer,
            owner_url=self.urls.owner,
            app_url=self.urls.app,
            events=self.log,
            choices=Choices(resume=resume, accept=accept, keep=keep),
        )

    async def shadow_offset(self) -> int:
        owner = await asyncpg.connect(plain(self.urls.owner))
        found: int = await owner.fetchval(f'select sum(next) from "rebuild_{self.consumer.name}".consumer_offset')
        await owner.close()
        return found

    @asynccontextmanager
    async def live(self, database: Database | None = None) -> AsyncIterator[None]:
        stop = asyncio.Event()
        running = Running(self.consumer, database or self.tenant.database, self.log)
        task = asyncio.create_task(running.run(stop))
        try:
            yield
        finally:
            stop.set()
            await task

    async def holds(self, count: int) -> None:
        async def enough() -> bool:
            return len(await self.rows()) >= count

        await eventually(enough)

    async def parked(self, count: int) -> None:
        async def enough() -> bool:
            return await self.count_parked() == count

        await eventually(enough)

    async def count_parked(self) -> object:
        query = "select count(*) from parked_event where consumer = :consumer and state = 'parked'"
        return await self.tenant.value(query, consumer=self.consumer.name)

    async def noted_as_parked(self) -> object:
        query = "select sum(parked) from consumer_offset where consumer = :consumer"
        return await self.tenant.value(query, consumer=self.consumer.name)


@pytest.fixture
async def projection(
    urls: Urls, facts: Facts, tenant: Tenant, log: EventLog, relay: Relay
) -> AsyncIterator[Projection]:
    table = f"known_{uuid4().hex[:10]}"
    op = Statements()
    op.execute(f"create table {table} (tenant_id uuid, id uuid, version bigint not null, primary key (tenant_id, id))")
    tenant_table_v1(op, table)
    owner = await asyncpg.connect(plain(urls.owner))
    for statement in op.collected:
        await owner.execute(statement)
    consumer = Consumer(facts.consumer, tables=[ProjectionTable(table)])
    made = Projection(table, consumer, facts, tenant, urls, log, relay)
    consumer.on(facts.seen)(made.remember)
    yield made
    await owner.execute(f'drop schema if exists "rebuild_{facts.consumer}" cascade; drop table {table} cascade')
    await owner.close()
