"""Requests whose database has gone without a word end with their deadline, and the connection is not used again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
from sqlalchemy import text

from deploy.local.databases import Urls
from deploy.local.postgres import Server
from shared.db import unit
from shared.db.database import Database
from shared.errors import DeadlineError
from shared.observability.context import Context
from shared.query.reader import Reader
from tests.faults.proxy import CALM, HALF_OPEN, Proxy
from tests.shared.messaging.test_silence import through

DEADLINE_MS = 200
Ask = Callable[[Database], Awaitable[None]]


@pytest.fixture
async def proxy(server: Server) -> AsyncIterator[Proxy]:
    async with Proxy("127.0.0.1", server.port) as opened:
        yield opened


@pytest.fixture
async def distant(urls: Urls, proxy: Proxy) -> AsyncIterator[Database]:
    """With one connection only, so that a lost one would be missed."""
    async with Database(through(proxy, urls.app), pool_size=1) as opened:
        yield opened


async def write(database: Database) -> None:
    async with database.transaction(Context(uuid4()), timeout_ms=DEADLINE_MS) as session:
        await session.execute(text("select 1"))


async def read(database: Database) -> None:
    async with Reader(database, uuid4(), DEADLINE_MS).transaction() as connection:
        await connection.execute("select 1")


@pytest.mark.parametrize("ask", [write, read])
async def test_a_silent_database_costs_a_deadline_and_no_connection(distant: Database, proxy: Proxy, ask: Ask) -> None:
    await ask(distant)
    proxy.weather = HALF_OPEN

    with pytest.raises((TimeoutError, DeadlineError)):
        await ask(distant)

    proxy.weather = CALM
    await ask(distant)


@pytest.mark.parametrize("ask", [write, read])
async def test_connections_that_fell_silent_together_cost_one_deadline(urls: Urls, proxy: Proxy, ask: Ask) -> None:
    async with Database(through(proxy, urls.app), pool_size=3) as several:
        await asyncio.gather(*(ask(several) for _ in range(3)))
        proxy.forget()
        with pytest.raises((TimeoutError, DeadlineError)):
            await ask(several)

        for _ in range(3):
            await ask(several)


async def test_work_without_a_deadline_does_not_wait_for_a_silent_connection(
    distant: Database, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "OPENING_S", DEADLINE_MS / 1000)
    await write(distant)
    proxy.forget()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(20), distant.transaction():
            pytest.fail("It was opened.")

    await write(distant)


async def test_work_that_fails_where_the_database_fell_silent_does_not_wait_for_it(
    distant: Database, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "ROLLBACK_S", DEADLINE_MS / 1000)

    async def fall_silent_and_fail() -> None:
        async with distant.transaction():
            proxy.weather = HALF_OPEN
            raise ValueError

    with pytest.raises(ValueError):  # our own
        async with asyncio.timeout(20):
            await fall_silent_and_fail()

    proxy.weather = CALM
    await write(distant)


async def test_the_locks_of_a_silent_request_end_with_its_deadline(
    distant: Database, database: Database, proxy: Proxy
) -> None:
    take = text("select pg_advisory_xact_lock(47110815)")

    async def lock_and_fall_silent() -> None:
        async with distant.transaction(timeout_ms=DEADLINE_MS) as session:
            await session.execute(take)
            proxy.weather = HALF_OPEN
            await session.execute(text("select 1"))

    with pytest.raises(TimeoutError):
        await lock_and_fall_silent()

    async with database.transaction(timeout_ms=5_000) as session:
        await session.execute(take)
