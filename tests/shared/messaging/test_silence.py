"""Connections whose other end is gone without a word: nothing arrives any more, and nobody is told."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.databases import Databases, Urls
from deploy.local.postgres import Server
from shared.db.database import Database
from shared.messaging import Consumer, postgres_log, postgres_wakeups, relay, running, stage, standing
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.worker import Worker
from tests.faults.proxy import CALM, HALF_OPEN, Proxy
from tests.shared.messaging.conftest import Facts, Tenant, eventually, plain, write_ledger

SILENCE_S = 0.5
LEDGER = "select version from ledger order by id"
IDLE = "select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'"


@pytest.fixture
async def proxy(server: Server) -> AsyncIterator[Proxy]:
    async with Proxy("127.0.0.1", server.port) as opened:
        yield opened


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """All limits as short as a test can wait."""
    for module in (relay, postgres_log, postgres_wakeups):
        monkeypatch.setattr(module, "SILENCE_S", SILENCE_S)
    for name in ("BATCH_TIMEOUT_S", "OFFSETS_TIMEOUT_S"):
        monkeypatch.setattr(running, name, SILENCE_S)
    monkeypatch.setattr(running, "HALTED_LOOK_S", SILENCE_S)


def through(proxy: Proxy, url: str) -> str:
    return url.replace(f":{urlsplit(url).port}/", f":{proxy.port}/")


async def end_idle_transactions(server: Server) -> None:
    """The server does so by itself after `idle_in_transaction_session_timeout`, 30 s."""
    await asyncio.sleep(2 * SILENCE_S)
    admin = await asyncpg.connect(plain(server.superuser_url()))
    await admin.execute(IDLE)
    await admin.close()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("silent", ["outbox", "log", "projection"])
async def test_events_go_on_after_connections_fell_silent(
    server: Server, database: Database, databases: Databases, urls: Urls, proxy: Proxy, tenant: Tenant, facts: Facts,
    silent: str,
) -> None:  # fmt: skip
    consumer = Consumer(facts.consumer)
    consumer.on(facts.seen)(write_ledger)
    given = {"outbox": urls.system, "log": databases["log"].system, "projection": urls.app}
    given[silent] = through(proxy, given[silent])
    own, system, events = Database(given["projection"]), Database(urls.system), PostgresLog(given["log"], lease_s=2.0)
    worker = Worker("tests", database=own, system_database=system, system_url=given["outbox"], events=events,
                    consumers=[consumer])  # fmt: skip
    customer = uuid4()

    async with worker:
        for version in range(30):
            async with database.transaction(tenant.context) as session:
                stage(session, facts.placed(customer_id=customer, order_id=uuid4(), version=version))
            await asyncio.sleep(0.05)
            if version in (9, 19):
                proxy.weather = HALF_OPEN if version == 9 else CALM
        await end_idle_transactions(server)
        await eventually(lambda: is_complete(tenant, 30), timeout_s=20)
    for each in (own, system, events):
        await each.close()

    assert [row[0] for row in await tenant.rows(LEDGER)] == list(range(30))


@pytest.mark.usefixtures("impatient")
async def test_a_halted_consumer_that_fell_silent_can_be_resumed(
    database: Database,
    system: Database,
    urls: Urls,
    postgres_log: PostgresLog,
    proxy: Proxy,
    tenant: Tenant,
    facts: Facts,
) -> None:
    """While it stands still it does nothing but ask how it stands."""
    consumer = Consumer(facts.consumer)
    consumer.on(facts.seen)(write_ledger)
    own = Database(through(proxy, urls.app))
    worker = Worker("tests", database=own, system_database=system, system_url=urls.system, events=postgres_log,
                    consumers=[consumer])  # fmt: skip
    async with database.transaction(tenant.context) as session:
        await standing.halt(session, consumer.name)
        stage(session, facts.placed(customer_id=uuid4(), order_id=uuid4()))

    async with worker:
        await asyncio.sleep(1.0)
        proxy.weather = HALF_OPEN
        await asyncio.sleep(2.0)
        proxy.weather = CALM
        async with database.transaction() as session:
            await standing.resume(session, consumer.name)
        await eventually(lambda: is_complete(tenant, 1), timeout_s=20)
    await own.close()

    assert len(await tenant.rows(LEDGER)) == 1


async def is_complete(tenant: Tenant, count: int) -> bool:
    return len(await tenant.rows(LEDGER)) >= count
