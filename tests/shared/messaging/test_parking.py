"""Events that cannot be applied: set aside by key, replayed or discarded, and too many of them stop the consumer."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.database import Database
from shared.messaging import Consumer, standing
from shared.messaging.log import EventLog
from shared.messaging.message import TopicPartition
from shared.messaging.outbox import outbox_rows
from shared.messaging.parked import Wanted, discard, list_parked
from shared.messaging.relay import Relay
from shared.messaging.replay import FailedKey, replay
from shared.messaging.running import Running
from tests.shared.messaging.conftest import Facts, Tenant, eventually, write_ledger
from tests.shared.messaging.consuming import LEDGER, at_work, has_rows, ledger_of, parked_count, publish


async def test_a_bad_event_parks_its_own_key_only_and_is_replayed_in_order(
    database: Database, system: Database, log: EventLog, relay: Relay, tenant: Tenant, facts: Facts
) -> None:
    consumer = Consumer(facts.consumer, park_limit=1.0)
    bad, good = uuid4(), uuid4()
    broken = True

    @consumer.on(facts.seen)
    async def remember(session: AsyncSession, events: Sequence[Any]) -> None:
        if broken and any(event.envelope.key == str(bad) and event.version == 1 for event in events):
            raise ZeroDivisionError("a bug")
        await write_ledger(session, list(events))

    async with at_work(Running(consumer, database, log)):
        for n in range(3):
            batch = [facts.placed(customer_id=c, order_id=uuid4(), version=n) for c in (bad, good)]
            await publish(database, relay, tenant, *batch)
        await eventually(has_rows(tenant, 4))
        await eventually(parked_count(tenant, facts, 2))
    of_tenant = Wanted(tenant_id=tenant.id)
    async with system.transaction() as session:
        groups = await list_parked(session, of_tenant)
    still_broken = await replay(database, system, consumer, of_tenant)
    broken = False
    mended = await replay(database, system, consumer, Wanted(fingerprint=groups[0].fingerprint))

    assert [(g.consumer, g.events, g.behind, g.error) for g in groups] == [
        (facts.consumer, 1, 1, "ZeroDivisionError: a bug")
    ]
    assert (still_broken.applied, still_broken.failed) == (
        0,
        [FailedKey(tenant.id, str(bad), "ZeroDivisionError: a bug")],
    )
    assert (mended.applied, mended.failed) == (2, [])
    rows = await tenant.rows(LEDGER)
    for customer in (bad, good):
        assert [version for subject, version in rows if subject == str(customer)] == [0, 1, 2]
    assert await tenant.value("select sum(parked) from consumer_offset where consumer = :c", c=facts.consumer) == 0


async def test_an_unreadable_event_costs_its_batch_nothing(
    database: Database, log: EventLog, relay: Relay, tenant: Tenant, facts: Facts
) -> None:
    customer = uuid4()
    rows = outbox_rows(
        [facts.placed(customer_id=customer, order_id=uuid4(), version=n) for n in range(3)], tenant.context
    )
    other = outbox_rows([facts.placed(customer_id=uuid4(), order_id=uuid4(), version=9)], tenant.context)
    consumer = ledger_of(facts, park_limit=1.0)

    async with at_work(Running(consumer, database, log)):
        damaged = rows[1]._replace(body='{"order_id": "not one"}')
        await log.append(TopicPartition(facts.topic, 0), [rows[0], damaged, rows[2], *other])
        await eventually(has_rows(tenant, 2))

    assert {version for _, version in await tenant.rows(LEDGER)} == {0, 9}
    parked = await tenant.rows("select version, error from parked_event order by log_offset")
    assert parked == [
        (1, "order_id: uuid_parsing; version: missing"),
        (2, "waits for an earlier event of its key"),
    ]


async def test_what_is_discarded_lets_the_rest_of_its_key_go_on(
    database: Database, system: Database, log: EventLog, relay: Relay, tenant: Tenant, facts: Facts
) -> None:
    rows = outbox_rows(
        [facts.placed(customer_id=UUID(int=7), order_id=uuid4(), version=n) for n in range(2)], tenant.context
    )
    consumer = ledger_of(facts, park_limit=1.0)
    async with at_work(Running(consumer, database, log)):
        await log.append(TopicPartition(facts.topic, 0), [rows[0]._replace(body="{}"), rows[1]])
        await eventually(parked_count(tenant, facts, 2))
    of_tenant = Wanted(tenant_id=tenant.id)
    async with system.transaction() as session:
        groups = await list_parked(session, of_tenant)

    gone = await discard(system, consumer.name, Wanted(fingerprint=groups[0].fingerprint))
    replayed = await replay(database, system, consumer, of_tenant)

    assert (gone, replayed.applied) == (1, 1)
    assert await tenant.rows(LEDGER) == [(str(UUID(int=7)), 1)]


async def test_too_many_bad_events_stop_the_consumer(
    database: Database, log: EventLog, relay: Relay, tenant: Tenant, facts: Facts
) -> None:
    consumer = Consumer(facts.consumer)

    @consumer.on(facts.seen)
    async def always_wrong(session: AsyncSession, events: Sequence[Any]) -> None:
        raise ZeroDivisionError

    running = Running(consumer, database, log)
    events = [facts.placed(customer_id=uuid4(), order_id=uuid4()) for _ in range(400)]
    async with at_work(running):
        await publish(database, relay, tenant, *events)
        await eventually(lambda: _is_halted(running))

    parked = await tenant.value("select count(*) from parked_event")
    moved = await tenant.value("select sum(next) from consumer_offset where consumer = :c", c=facts.consumer)
    assert isinstance(parked, int)
    assert 20 <= parked < 60
    assert moved == parked


async def test_a_halted_consumer_stays_halted_until_it_is_resumed(
    database: Database, log: EventLog, relay: Relay, tenant: Tenant, facts: Facts
) -> None:
    consumer = Consumer(facts.consumer)
    broken = True

    @consumer.on(facts.seen)
    async def remember(session: AsyncSession, events: Sequence[Any]) -> None:
        if broken:
            raise ZeroDivisionError
        await write_ledger(session, list(events))

    first, second = Running(consumer, database, log), Running(consumer, database, log)
    events = [facts.placed(customer_id=uuid4(), order_id=uuid4()) for _ in range(100)]
    async with at_work(first):
        await publish(database, relay, tenant, *events)
        await eventually(lambda: _is_halted(first))
    parked = await tenant.value("select count(*) from parked_event")
    broken = False

    async with at_work(second):
        await eventually(lambda: _is_halted(second))
        await asyncio.sleep(1.5)
        applied_while_halted = len(await tenant.rows(LEDGER))
        async with database.transaction() as session:
            was_halted = await standing.resume(session, consumer.name)
        await eventually(has_rows(tenant, 100 - int(str(parked))))

    assert applied_while_halted == 0
    assert was_halted
    assert not second.halted


async def _is_halted(running: Running) -> bool:
    return running.halted
