"""Connections that end. What whole processes, brokers and networks do to events is tried in `tests/faults`."""

import asyncio
from uuid import uuid4

import asyncpg

from deploy.local.databases import Databases, Urls
from shared.db.database import Database
from shared.messaging import Consumer, stage
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.worker import Worker
from tests.shared.messaging.conftest import Facts, Tenant, eventually, plain, write_ledger

LEDGER = "select subject, version from ledger order by id"


async def keep_writing(database: Database, tenant: Tenant, facts: Facts, versions: int) -> list[str]:
    customers = [uuid4() for _ in range(10)]
    for version in range(versions):
        async with database.transaction(tenant.context) as session:
            stage(session, *(facts.placed(customer_id=c, order_id=uuid4(), version=version) for c in customers))
        await asyncio.sleep(0.02)
    return [str(customer) for customer in customers]


async def assert_each_once_in_order(tenant: Tenant, customers: list[str], versions: int) -> None:
    rows = await tenant.rows(LEDGER)
    assert len(rows) == len(customers) * versions
    for customer in customers:
        assert [version for subject, version in rows if subject == customer] == list(range(versions))


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

    async def all_applied() -> bool:
        return len(await tenant.rows(LEDGER)) >= 600

    async with worker:
        writing = asyncio.create_task(keep_writing(database, tenant, facts, 60))
        for _ in range(5):
            await asyncio.sleep(0.3)
            await admin.execute(cut)
        customers = await writing
        await eventually(all_applied)
    await admin.close()
    for each in (own, own_system, events):
        await each.close()

    await assert_each_once_in_order(tenant, customers, 60)
