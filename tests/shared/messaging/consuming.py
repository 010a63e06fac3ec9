"""A consumer that keeps a ledger of what it applied."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from shared.db.database import Database
from shared.messaging import Consumer, Event, stage
from shared.messaging.relay import Relay
from shared.messaging.running import Running
from tests.shared.messaging.conftest import Facts, Tenant, write_ledger

LEDGER = "select subject, version from ledger order by id"
COUNT = """
insert into counter (tenant_id, subject, total) values (:tenant_id, 'all', 1)
on conflict (tenant_id, subject) do update set total = counter.total + 1
"""


@asynccontextmanager
async def at_work(*running: Running) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(each.run(stop)) for each in running]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def publish(database: Database, relay: Relay, tenant: Tenant, *events: Event) -> None:
    async with database.transaction(tenant.context) as session:
        stage(session, *events)
    await relay.drain()


def ledger_of(facts: Facts, **options: Any) -> Consumer:
    consumer = Consumer(facts.consumer, **options)
    consumer.on(facts.seen)(write_ledger)
    return consumer


def has_rows(tenant: Tenant, count: int) -> Any:
    async def enough() -> bool:
        return len(await tenant.rows(LEDGER)) >= count

    return enough


def parked_count(tenant: Tenant, facts: Facts, count: int) -> Any:
    async def enough() -> bool:
        query = "select count(*) from parked_event where consumer = :consumer and state = 'parked'"
        return await tenant.value(query, consumer=facts.consumer) == count

    return enough
