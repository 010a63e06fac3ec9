"""Relay, consumers and jobs as one thing that starts, survives and stops."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.databases import Urls
from shared.db.database import Database
from shared.messaging import Consumer, Jobs, stage
from shared.messaging.log import EventLog
from shared.messaging.worker import Worker
from tests.shared.messaging.conftest import Facts, Tenant, eventually, write_ledger


async def test_an_event_goes_from_a_commit_to_its_effect(
    database: Database, system: Database, urls: Urls, log: EventLog, tenant: Tenant, facts: Facts
) -> None:
    consumer = Consumer(facts.consumer)
    consumer.on(facts.seen)(write_ledger)
    worker = Worker(
        "tests", database=database, system_database=system, system_url=urls.system, events=log, consumers=[consumer]
    )

    async with worker:
        async with database.transaction(tenant.context) as session:
            stage(session, facts.placed(customer_id=uuid4(), order_id=uuid4(), version=3))
        await eventually(lambda: _has(tenant, 1))

    assert [row[0] for row in await tenant.rows("select version from ledger")] == [3]


async def test_a_task_that_crashes_is_started_again(
    database: Database, system: Database, urls: Urls, log: EventLog, tenant: Tenant, facts: Facts
) -> None:
    consumer = Consumer(facts.consumer)
    consumer.on(facts.seen)(write_ledger)
    crashes = 2

    class Crashing:
        append, close, forget, prune, starts = log.append, log.close, log.forget, log.prune, log.starts

        def subscribe(self, *arguments: Any) -> Any:
            nonlocal crashes
            if crashes:
                crashes -= 1
                raise RuntimeError("crash")
            return log.subscribe(*arguments)

    worker = Worker(
        "tests",
        database=database,
        system_database=system,
        system_url=urls.system,
        events=Crashing(),
        consumers=[consumer],
    )
    async with worker:
        async with database.transaction(tenant.context) as session:
            stage(session, facts.placed(customer_id=uuid4(), order_id=uuid4()))
        await eventually(lambda: _has(tenant, 1))

    assert crashes == 0


async def test_stopping_finishes_the_batch_at_work(
    database: Database, system: Database, urls: Urls, log: EventLog, tenant: Tenant, facts: Facts
) -> None:
    consumer = Consumer(facts.consumer)
    begun = asyncio.Event()
    jobs = Jobs()

    @jobs.every(seconds=0.1)
    async def tick(session: AsyncSession, now: datetime) -> int:
        return 0

    @consumer.on(facts.seen)
    async def slow(session: AsyncSession, events: Sequence[Any]) -> None:
        begun.set()
        await asyncio.sleep(0.5)
        await write_ledger(session, list(events))

    stop = asyncio.Event()
    worker = Worker(
        "tests",
        database=database,
        system_database=system,
        system_url=urls.system,
        events=log,
        consumers=[consumer],
        jobs=jobs,
    )
    running = asyncio.create_task(worker.run(stop))
    async with database.transaction(tenant.context) as session:
        stage(session, facts.placed(customer_id=uuid4(), order_id=uuid4()))
    await begun.wait()
    stop.set()
    await running

    assert await _has(tenant, 1)


async def _has(tenant: Tenant, count: int) -> bool:
    return await tenant.value("select count(*) from ledger") == count


async def test_a_consumer_that_hangs_leaves_the_others_to_their_work(
    database: Database, system: Database, urls: Urls, log: EventLog, tenant: Tenant, facts: Facts
) -> None:
    """However many partitions it hangs on."""
    may_go_on = asyncio.Event()
    hanging, working = Consumer(f"{facts.consumer}_hanging"), Consumer(facts.consumer)
    working.on(facts.seen)(write_ledger)

    @hanging.on(facts.seen)
    async def wait(_: AsyncSession, __: Sequence[Any]) -> None:
        await may_go_on.wait()

    worker = Worker(
        "tests",
        database=database,
        system_database=system,
        system_url=urls.system,
        events=log,
        consumers=[hanging, working],
    )
    async with worker:
        async with database.transaction(tenant.context) as session:
            stage(session, *(facts.placed(customer_id=uuid4(), order_id=uuid4()) for _ in range(50)))
        await eventually(lambda: _has(tenant, 50))
        may_go_on.set()

    assert len(await tenant.rows("select version from ledger")) == 50
