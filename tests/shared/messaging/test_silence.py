"""Connections whose other end is gone without a word: nothing arrives any more, and nobody is told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.databases import Databases, Urls
from deploy.local.postgres import Server
from shared.db import unit
from shared.db.codecs import Connection
from shared.db.database import Database
from shared.messaging import Consumer, batch, connections, postgres_log, postgres_wakeups, running, stage, standing
from shared.messaging.connections import Connections
from shared.messaging.message import TopicPartition
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.worker import Worker
from tests.faults.proxy import CALM, HALF_OPEN, Proxy
from tests.shared.messaging.conftest import Facts, Tenant, eventually, plain, write_ledger
from tests.shared.messaging.members import from_start, message

SILENCE_S = 0.5
LEDGER = "select version from ledger order by id"


@pytest.fixture
async def proxy(server: Server) -> AsyncIterator[Proxy]:
    async with Proxy("127.0.0.1", server.port) as opened:
        yield opened


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """All limits as short as a test can wait."""
    for module in (connections, postgres_wakeups):
        monkeypatch.setattr(module, "SILENCE_S", SILENCE_S)
    monkeypatch.setattr(connections, "TRANSACTION_S", 2 * SILENCE_S)
    monkeypatch.setattr(unit, "OPENING_S", SILENCE_S)
    monkeypatch.setattr(batch, "TIMEOUT_MS", int(SILENCE_S * 1000))
    monkeypatch.setattr(running, "OFFSETS_TIMEOUT_S", SILENCE_S)
    monkeypatch.setattr(running, "HALTED_LOOK_S", SILENCE_S)


def through(proxy: Proxy, url: str) -> str:
    return url.replace(f":{urlsplit(url).port}/", f":{proxy.port}/")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("silent", ["outbox", "log", "projection"])
async def test_events_go_on_after_connections_fell_silent(
    database: Database, databases: Databases, urls: Urls, proxy: Proxy, tenant: Tenant, facts: Facts,
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
        await eventually(lambda: is_complete(tenant, 30))
    for each in (own, system, events):
        await each.close()

    assert [row[0] for row in await tenant.rows(LEDGER)] == list(range(30))


@pytest.mark.usefixtures("impatient")
async def test_what_a_lost_transaction_had_locked_is_free_soon(urls: Urls, proxy: Proxy) -> None:
    """A relay's next try would else find its partition taken by its own ghost for half a minute."""
    take, here = "select pg_advisory_xact_lock(47110816)", Connections(plain(urls.system), 1)
    there = Connections(through(proxy, plain(urls.system)), 1)

    async def lock_and_fall_silent() -> None:
        async with there.transaction() as connection:
            await connection.execute(take)
            proxy.forget()
            await connection.execute("select 1")

    with pytest.raises(TimeoutError):
        await lock_and_fall_silent()

    async with here.transaction() as connection:
        await connection.execute(take, timeout=20)
    for each in (here, there):
        each.close()


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
        await eventually(lambda: is_complete(tenant, 1))
    await own.close()

    assert len(await tenant.rows(LEDGER)) == 1


async def test_a_listener_that_is_cut_off_as_it_begins_listens_again(
    monkeypatch: pytest.MonkeyPatch, databases: Databases, postgres_log: PostgresLog, facts: Facts
) -> None:
    """The driver then believes that it is in the middle of connecting."""
    listen, cut = asyncpg.Connection.add_listener, [1]

    async def add_listener(self: "asyncpg.Connection[asyncpg.Record]", channel: str, callback: Any) -> None:
        if cut and cut.pop():
            raise asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")
        await listen(self, channel, callback)

    monkeypatch.setattr(asyncpg.Connection, "add_listener", add_listener)
    elsewhere = PostgresLog(databases["log"].system, poll_s=30)

    async with elsewhere.subscribe(facts.consumer, [facts.topic], ["any"], from_start) as member:
        reading = asyncio.create_task(member.fetch(max_messages=1, timeout_s=60))
        await asyncio.sleep(2)
        await postgres_log.append(TopicPartition(facts.topic, 0), [message()])
        async with asyncio.timeout(20):
            got = await reading
    await elsewhere.close()

    assert not cut
    assert len(got) == 1


async def test_a_member_that_loses_its_connections_leaves_though_its_heartbeat_is_in_a_transaction(
    monkeypatch: pytest.MonkeyPatch, databases: Databases, facts: Facts
) -> None:
    """The rollback fails at the same instant, and its error takes the place of the cancellation."""
    opened: list[Connection] = []

    async def keep_in_view(connection: Connection) -> None:
        opened.append(connection)

    monkeypatch.setattr(postgres_log, "plain_uuids", keep_in_view)
    events, holding = PostgresLog(databases["log"].system, lease_s=1.0), "lock table log_member in exclusive mode"
    blocker = await asyncpg.connect(plain(databases["log"].owner))
    subscribing = events.subscribe(facts.consumer, [facts.topic], ["any"], from_start)
    await subscribing.__aenter__()

    async def lose_all_and_leave() -> None:
        for connection in opened:
            connection.terminate()
        await subscribing.__aexit__(None, None, None)

    async with blocker.transaction():
        await blocker.execute(holding)
        await eventually(lambda: waits_for_lock(blocker))
        leaving = asyncio.create_task(lose_all_and_leave())
        await asyncio.sleep(0.2)
    await blocker.close()
    _, late = await asyncio.wait([leaving], timeout=5)
    leaving.cancel()
    await events.close()

    assert not late


async def waits_for_lock(connection: Connection) -> bool:
    return bool(await connection.fetchval("select exists (select from pg_locks where not granted)"))


async def is_complete(tenant: Tenant, count: int) -> bool:
    return len(await tenant.rows(LEDGER)) >= count
