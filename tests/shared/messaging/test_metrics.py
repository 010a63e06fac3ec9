"""What is measured of events on their way, as Prometheus would read it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.databases import Urls
from shared.db.database import Database
from shared.db.record import now
from shared.messaging import Consumer, stage
from shared.messaging.log import EventLog
from shared.messaging.message import TopicPartition
from shared.messaging.outbox import outbox_rows
from shared.messaging.progress import Progress, report_lag
from shared.messaging.relay import COUNTED, Relay
from shared.messaging.running import Running
from tests.shared.messaging.conftest import Facts, Tenant, eventually, write_ledger
from tests.shared.messaging.consuming import at_work

PARTITION = TopicPartition("samphan.tests", 0)


def measured(name: str, **labels: str) -> float:
    value = REGISTRY.get_sample_value(name, labels)
    assert value is not None, f"{name} {labels} is not exported"
    return value


async def test_what_the_relay_did_and_what_waits_is_measured(
    database: Database, urls: Urls, log: EventLog, tenant: Tenant, facts: Facts
) -> None:
    relay = Relay(facts.topic, urls.system, log)
    at_the_start = [measured(f"samphan_relay_{name}_total", service=facts.topic) for name in ("events", "errors")]
    stop = asyncio.Event()
    async with database.transaction(tenant.context) as session:
        stage(session, *(facts.placed(customer_id=uuid4(), order_id=uuid4()) for _ in range(30)))
        await session.flush()
    task = asyncio.create_task(relay.run(stop))

    async def published() -> bool:
        return measured("samphan_relay_events_total", service=facts.topic) >= 30

    await eventually(published)
    waited = measured("samphan_outbox_rows", service=facts.topic)
    stop.set()
    await task

    assert at_the_start == [0, 0]
    assert waited >= 30
    assert measured("samphan_outbox_oldest_seconds", service=facts.topic) > 0
    assert measured("samphan_relay_batch_seconds_count", service=facts.topic) >= 1
    assert measured("samphan_relay_errors_total", service=facts.topic) == 0
    assert abs(measured("samphan_relay_last_round_timestamp_seconds", service=facts.topic) - now().timestamp()) < 60


async def test_a_long_outbox_is_estimated_rather_than_counted(
    database: Database, urls: Urls, tenant: Tenant, facts: Facts
) -> None:
    class Away:
        async def append(self, *_: object) -> None:
            raise OSError("the log is away")

    fill = text("""
        insert into outbox (tenant_id, topic, key, type, subject, body)
        select :tenant_id, :topic, n::text, 'x.y.z.v1', '', '{}' from generate_series(1, :rows) as n
    """)
    async with database.transaction(tenant.context) as session:
        await session.execute(fill, {"tenant_id": tenant.id, "topic": facts.topic, "rows": COUNTED + 5_000})
    relay = Relay(facts.topic, urls.system, Away())  # type: ignore[arg-type]  # half a log
    stop = asyncio.Event()
    task = asyncio.create_task(relay.run(stop))

    async def failed() -> bool:
        return measured("samphan_relay_errors_total", service=facts.topic) > 0

    await eventually(failed)
    stop.set()
    await task
    async with database.transaction(tenant.context) as session:
        await session.execute(text("delete from outbox where topic = :topic"), {"topic": facts.topic})

    assert measured("samphan_outbox_rows", service=facts.topic) >= COUNTED


async def test_lag_is_measured_in_events_and_seconds_while_a_consumer_stands_still(
    database: Database, log: EventLog, tenant: Tenant, facts: Facts
) -> None:
    consumer = Consumer(facts.consumer)
    broken = True

    @consumer.on(facts.seen)
    async def remember(session: AsyncSession, events: Sequence[Any]) -> None:
        if broken:
            raise ZeroDivisionError
        await write_ledger(session, list(events))

    events = [facts.placed(customer_id=uuid4(), order_id=uuid4()) for _ in range(60)]
    old = [row._replace(time=now() - timedelta(hours=2)) for row in outbox_rows(events, tenant.context)]
    running = Running(consumer, database, log, report_s=0.1)
    before = [measured(f"samphan_consumer_{name}", consumer=facts.consumer) for name in ("stopped", "parked_events")]
    no_parked = measured("samphan_consumer_parked_total", consumer=facts.consumer, reason="bad")

    async def stopped_and_seen() -> bool:
        parked = measured("samphan_consumer_parked_events", consumer=facts.consumer)
        lag = measured("samphan_consumer_lag_events", consumer=facts.consumer)
        return measured("samphan_consumer_stopped", consumer=facts.consumer) == 1 and parked + lag == 60

    async with at_work(running):
        await log.append(TopicPartition(facts.topic, 0), old)
        await eventually(stopped_and_seen)
        parked = measured("samphan_consumer_parked_total", consumer=facts.consumer, reason="bad")
        await log.append(TopicPartition(facts.topic, 1), outbox_rows(events[:5], tenant.context))
        await eventually(lambda: _lag_is(facts, 65 - parked))
        lag_s = measured("samphan_consumer_lag_seconds", consumer=facts.consumer)

    assert before == [0, 0]
    assert no_parked == 0
    assert parked >= 20
    assert 7_000 < lag_s < 8_000


def test_an_idle_hour_is_no_lag() -> None:
    start = now()
    progress = {PARTITION: Progress(next=1, limit=500, waits_since=start)}

    report_lag("tests.idle", progress, {PARTITION: 1}, now=start + timedelta(hours=1))
    idle_s = measured("samphan_consumer_lag_seconds", consumer="tests.idle")
    report_lag("tests.idle", progress, {PARTITION: 3}, now=start + timedelta(hours=1, seconds=5))

    assert idle_s == 0
    assert measured("samphan_consumer_lag_seconds", consumer="tests.idle") == 5
    assert measured("samphan_consumer_lag_events", consumer="tests.idle") == 2


async def _lag_is(facts: Facts, events: float) -> bool:
    return measured("samphan_consumer_lag_events", consumer=facts.consumer) == events
