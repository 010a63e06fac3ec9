"""Things that are away for a while, and processes that die."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from deploy.local import kafka
from deploy.local.databases import Databases, Urls
from shared.db.database import Database
from shared.messaging import Consumer
from shared.messaging.kafka import KafkaLog
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.worker import Worker
from tests.shared.messaging.conftest import Facts, Tenant, eventually, plain, write_ledger
from tests.shared.messaging.load import assert_each_once_in_order, complete, keep_writing

CHILD = """
import asyncio, sys
from collections.abc import Sequence
from uuid import UUID
from shared.db.database import Database
from shared.messaging import Consumer, Reading
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.worker import Worker
from tests.shared.messaging.conftest import write_ledger

app, system, log, event_type, name = sys.argv[1:]

class Seen(Reading, types=(event_type,)):
    version: int

async def main() -> None:
    consumer = Consumer(name, batch_size=20)
    consumer.on(Seen)(write_ledger)
    events = PostgresLog(log, lease_s=1.0)
    worker = Worker("child", database=Database(app), system_database=Database(system), system_url=system,
                    events=events, consumers=[consumer])
    print("ready", flush=True)
    await worker.run(asyncio.Event())

asyncio.run(main())
"""


@asynccontextmanager
async def child(databases: Databases, facts: Facts) -> AsyncIterator[asyncio.subprocess.Process]:
    urls = databases["contacts"]
    arguments = [urls.app, urls.system, databases["log"].system, facts.placed.event_type, facts.consumer]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, *arguments, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    assert process.stdout is not None
    await process.stdout.readline()
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        await process.wait()


async def test_workers_killed_again_and_again_lose_and_repeat_nothing(
    database: Database, databases: Databases, tenant: Tenant, facts: Facts
) -> None:
    writing = asyncio.create_task(keep_writing(database, tenant, facts, 100))

    for _ in range(4):
        async with child(databases, facts):
            await asyncio.sleep(1.0)
    customers = await writing
    async with child(databases, facts):
        await eventually(complete(tenant, 1_000), timeout_s=40)

    await assert_each_once_in_order(tenant, customers, 100)


async def test_an_owner_that_was_asleep_repeats_nothing(
    database: Database, databases: Databases, tenant: Tenant, facts: Facts
) -> None:
    writing = asyncio.create_task(keep_writing(database, tenant, facts, 150))

    async with child(databases, facts) as sleeper:
        await asyncio.sleep(1.0)
        os.kill(sleeper.pid, signal.SIGSTOP)
        async with child(databases, facts):
            await asyncio.sleep(2.5)
            os.kill(sleeper.pid, signal.SIGCONT)
            customers = await writing
            await eventually(complete(tenant, 1_500), timeout_s=60)
            await asyncio.sleep(0.5)

    await assert_each_once_in_order(tenant, customers, 150)


async def test_connections_cut_by_the_database_delay_only(
    database: Database, system: Database, databases: Databases, urls: Urls, tenant: Tenant, facts: Facts
) -> None:
    consumer = Consumer(facts.consumer)
    consumer.on(facts.seen)(write_ledger)
    own, own_system, events = (
        Database(urls.app),
        Database(urls.system),
        PostgresLog(databases["log"].system, lease_s=1.0),
    )
    worker = Worker(
        "tests", database=own, system_database=own_system, system_url=urls.system, events=events, consumers=[consumer]
    )
    admin = await asyncpg.connect(plain(urls.system))
    cut = """
        select pg_terminate_backend(pid) from pg_stat_activity
        where usename = 'samphan_system' and pid <> pg_backend_pid()
    """

    async with worker:
        writing = asyncio.create_task(keep_writing(database, tenant, facts, 60))
        for _ in range(5):
            await asyncio.sleep(0.3)
            await admin.execute(cut)
        customers = await writing
        await eventually(complete(tenant, 600), timeout_s=40)
    await admin.close()
    for each in (own, own_system, events):
        await each.close()

    await assert_each_once_in_order(tenant, customers, 60)


@pytest.mark.kafka
async def test_a_broker_that_is_away_delays_events_only(
    database: Database,
    system: Database,
    urls: Urls,
    own_broker: kafka.Broker,
    tmp_path: Path,
    tenant: Tenant,
    facts: Facts,
) -> None:
    consumer = Consumer(facts.consumer)
    consumer.on(facts.seen)(write_ledger)
    events = KafkaLog(own_broker.bootstrap_servers, client_id="faults")
    worker = Worker(
        "tests", database=database, system_database=system, system_url=urls.system, events=events, consumers=[consumer]
    )

    async with worker:
        writing = asyncio.create_task(keep_writing(database, tenant, facts, 100))
        await asyncio.sleep(1.0)
        own_broker.stop()
        customers = await writing
        again = kafka.launch(tmp_path, own_broker.node.port)
        own_broker.process = again.process
        await kafka.wait_for_metadata(own_broker)
        await eventually(complete(tenant, 1_000), timeout_s=90)
    await events.close()

    await assert_each_once_in_order(tenant, customers, 100)
