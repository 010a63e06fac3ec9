"""Exactly one effect for each event, in order, whatever fails on the way."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.databases import Databases, Urls
from shared.db.database import Database
from shared.errors import UnavailableError
from shared.messaging import Consumer, Event, stage
from shared.messaging.batch import apply_batch
from shared.messaging.log import EventLog
from shared.messaging.message import Message, Received, TopicPartition
from shared.messaging.offsets import FencedError, read_offsets
from shared.messaging.outbox import outbox_rows
from shared.messaging.relay import Relay
from shared.messaging.running import Running
from tests.shared.messaging.conftest import Facts, Tenant, eventually, open_log, write_ledger
from tests.shared.messaging.consuming import COUNT, LEDGER, at_work, has_rows, ledger_of, publish


async def test_each_event_is_applied_once_and_each_key_in_order(
    database: Database, log: EventLog, relay: Relay, tenant: Tenant, facts: Facts
) -> None:
    customers = [uuid4() for _ in range(20)]
    events = [facts.placed(customer_id=c, order_id=uuid4(), version=n) for n in range(30) for c in customers]

    async with at_work(Running(ledger_of(facts), database, log)):
        for start in range(0, 600, 50):
            await publish(database, relay, tenant, *events[start : start + 50])
        await eventually(has_rows(tenant, 600))

    rows = await tenant.rows(LEDGER)
    assert len(rows) == 600
    for customer in customers:
        assert [version for subject, version in rows if subject == str(customer)] == list(range(30))


async def test_a_relay_killed_between_publish_and_delete_loses_nothing(
    database: Database, urls: Urls, log: EventLog, tenant: Tenant, facts: Facts
) -> None:
    class DyingLog:
        async def append(self, at: TopicPartition, messages: Sequence[Message]) -> None:
            await log.append(at, messages)
            raise OSError("killed")

    dying, living = Relay("tests", urls.system, DyingLog()), Relay("tests", urls.system, log)  # type: ignore[arg-type]  # half a log
    consumer = Consumer(facts.consumer)

    @consumer.on(facts.seen, inbox=True)
    async def count(session: AsyncSession, events: Sequence[Any]) -> None:
        for event in events:
            await session.execute(text(COUNT), {"tenant_id": event.envelope.tenant_id})
        await write_ledger(session, list(events))

    customer = uuid4()
    async with database.transaction(tenant.context) as session:
        stage(session, *(facts.placed(customer_id=customer, order_id=uuid4(), version=n) for n in range(100)))
    with pytest.raises(OSError, match="killed"):
        await dying.drain()
    async with at_work(Running(consumer, database, log)):
        await living.drain()
        await publish(database, living, tenant, facts.placed(customer_id=customer, order_id=uuid4(), version=100))
        await eventually(has_rows(tenant, 101))
        await asyncio.sleep(0.3)
    await dying.close()
    await living.close()

    assert await tenant.value("select total from counter") == 101
    assert [row[1] for row in await tenant.rows(LEDGER)] == list(range(101))


async def test_an_offset_that_moved_fences_a_late_owner(database: Database, tenant: Tenant, facts: Facts) -> None:
    consumer = ledger_of(facts)
    at = TopicPartition(facts.topic, 0)
    row = outbox_rows([facts.placed(customer_id=uuid4(), order_id=uuid4())], tenant.context)[0]
    async with database.transaction() as session:
        await read_offsets(session, consumer.name, [at])
    await apply_batch(database, consumer, at, 0, [Received(0, row)])

    with pytest.raises(FencedError):
        await apply_batch(database, consumer, at, 0, [Received(0, row)])

    assert len(await tenant.rows(LEDGER)) == 1


async def test_members_that_come_and_go_apply_everything_once(
    database: Database, databases: Databases, bootstrap_servers: str | None, urls: Urls, tenant: Tenant, facts: Facts
) -> None:
    log = open_log(bootstrap_servers, databases)
    other_log = open_log(bootstrap_servers, databases)
    relay = Relay("tests", urls.system, log)
    customers = [uuid4() for _ in range(24)]

    async def write() -> None:
        for n in range(60):
            batch = [facts.placed(customer_id=c, order_id=uuid4(), version=n) for c in customers]
            await publish(database, relay, tenant, *batch)
            await asyncio.sleep(0.03)

    async with at_work(Running(ledger_of(facts), database, log)):
        writing = asyncio.create_task(write())
        for _ in range(2):
            async with at_work(Running(ledger_of(facts), database, other_log)):
                await asyncio.sleep(1.2)
        await writing
        await eventually(has_rows(tenant, 24 * 60))

    rows = await tenant.rows(LEDGER)
    assert len(rows) == 24 * 60
    for customer in customers:
        assert [version for subject, version in rows if subject == str(customer)] == list(range(60))
    for each in (relay, log, other_log):
        await each.close()


async def test_a_passing_error_only_delays(
    database: Database, log: EventLog, relay: Relay, tenant: Tenant, facts: Facts
) -> None:
    consumer = Consumer(facts.consumer)
    failures = 3

    @consumer.on(facts.seen)
    async def remember(session: AsyncSession, events: Sequence[Any]) -> None:
        nonlocal failures
        await write_ledger(session, list(events))
        if failures:
            failures -= 1
            raise UnavailableError("a partner is away")

    async with at_work(Running(consumer, database, log)):
        await publish(database, relay, tenant, facts.placed(customer_id=uuid4(), order_id=uuid4()))
        await eventually(has_rows(tenant, 1))

    assert failures == 0
    assert len(await tenant.rows(LEDGER)) == 1
    assert await tenant.rows("select 1 from parked_event") == []


async def test_tenants_in_one_batch_are_handled_apart(
    database: Database, log: EventLog, tenant: Tenant, facts: Facts
) -> None:
    tenants = [tenant, *(Tenant(uuid4(), database, tenant.owner_dsn) for _ in range(3))]
    calls: list[set[UUID]] = []
    consumer = Consumer(facts.consumer)

    @consumer.on(facts.seen)
    async def remember(session: AsyncSession, events: Sequence[Any]) -> None:
        calls.append({event.envelope.tenant_id for event in events})
        await write_ledger(session, list(events))

    rows = [
        outbox_rows([facts.placed(customer_id=uuid4(), order_id=uuid4(), version=n)], each.context)[0]
        for n in range(5)
        for each in tenants
    ]
    async with at_work(Running(consumer, database, log)):
        await log.append(TopicPartition(facts.topic, 2), rows)
        await eventually(has_rows(tenants[-1], 5))

    assert all(len(call) == 1 for call in calls)
    for each in tenants:
        assert [version for _, version in await each.rows(LEDGER)] == [0, 1, 2, 3, 4]


async def test_what_a_handler_stages_names_its_cause(
    database: Database, log: EventLog, relay: Relay, tenant: Tenant, facts: Facts
) -> None:
    answers = f"{facts.topic.removeprefix('samphan.')}x.answer.given.v1"

    class AnswerGiven(Event, type=answers, key="order_id"):
        order_id: UUID

    consumer = Consumer(facts.consumer)

    @consumer.each(facts.seen)
    async def answer(session: AsyncSession, event: Any) -> None:
        stage(session, AnswerGiven(order_id=event.order_id))

    async with database.transaction(tenant.context) as session:
        stage(session, *(facts.placed(customer_id=uuid4(), order_id=uuid4()) for _ in range(5)))
    causes = await tenant.rows("select event_id::text, subject from outbox where topic = :t", t=facts.topic)
    found = "select headers ->> 'causationid', subject, headers ->> 'correlationid' from outbox where type = :t"

    async def answered() -> bool:
        return len(await tenant.rows(found, t=answers)) == 5

    await relay.drain()
    async with at_work(Running(consumer, database, log)):
        await eventually(answered)

    assert sorted(await tenant.rows(found, t=answers)) == sorted((*cause, "request-1") for cause in causes)
