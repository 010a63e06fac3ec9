"""What a transaction stores, all or nothing, and what it leaves behind on its connection.

A setting of the session stands for a row: it is stored and taken back with the transaction, too.
"""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.databases import Databases
from shared.db import Database
from shared.db.statement import Statement
from shared.db.unit import NotCommitted

STORE = text("select set_config('tests.stored', :value, false)")
STORED = text("select coalesce(current_setting('tests.stored', true), '')")
LIMIT = text("select current_setting('statement_timeout')")


BACKEND = text("select pg_backend_pid()")
DEFER = """
create temporary table tests_once (value int unique deferrable initially deferred) on commit drop;
insert into tests_once values (1), (1)
"""


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    """Of one connection: what one transaction leaves behind, the next one meets."""
    async with Database(databases["contacts"].app, pool_size=1) as opened:
        yield opened


async def stored(database: Database) -> str:
    async with database.transaction() as session:
        return str(await session.scalar(STORED))


async def store(session: AsyncSession, value: str) -> None:
    await session.execute(STORE, {"value": value})


async def test_a_block_that_ends_is_stored(database: Database) -> None:
    async with database.transaction() as session:
        await store(session, "first")

    assert await stored(database) == "first"


async def test_a_block_that_fails_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as session:
            await store(session, "first")
            raise LookupError

    with pytest.raises(LookupError):
        await fail()

    assert await stored(database) == ""


async def test_a_savepoint_takes_back_its_own_part_only(database: Database) -> None:
    async with database.transaction() as session:
        await store(session, "first")
        savepoint = await session.begin_nested()
        await store(session, "second")
        await savepoint.rollback()

    assert await stored(database) == "first"


async def test_a_swallowed_error_is_not_taken_for_a_commit(database: Database) -> None:
    async def swallow() -> None:
        async with database.transaction() as session:
            await store(session, "first")
            with pytest.raises(asyncpg.DivisionByZeroError):
                await Statement("select 1 / 0").run(session, {})

    with pytest.raises(NotCommitted):
        await swallow()

    assert await stored(database) == ""


async def test_settings_end_with_their_transaction(database: Database) -> None:
    async with database.transaction(timeout_ms=1234) as session:
        during = await session.scalar(LIMIT)

    async with database.transaction() as session:
        after = await session.scalar(LIMIT)
    assert during == "1234ms"
    assert after != during


async def test_a_connection_cancelled_inside_a_statement_goes_to_nobody_else(database: Database) -> None:
    async def sleep() -> None:
        async with database.transaction() as session:
            await Statement("select pg_sleep(60)").run(session, {})

    sleeping = asyncio.create_task(sleep())
    await asyncio.sleep(0.2)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping

    async with asyncio.timeout(20), database.transaction() as session:
        assert await session.scalar(text("select 1")) == 1


async def test_a_connection_cancelled_inside_a_query_of_sqlalchemy_goes_to_nobody_else(database: Database) -> None:
    async def sleep() -> None:
        async with database.transaction() as session:
            await session.execute(text("select pg_sleep(60)"))

    sleeping = asyncio.create_task(sleep())
    await asyncio.sleep(0.2)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping

    async with asyncio.timeout(20):
        assert await stored(database) == ""


async def test_a_connection_that_the_server_ended_meanwhile_is_replaced(database: Database) -> None:
    async with database.transaction() as session:
        ended = await session.scalar(BACKEND)
    async with Database(database.engine.url.render_as_string(hide_password=False)) as other:
        async with other.transaction() as session:
            await session.execute(text("select pg_terminate_backend(:pid)"), {"pid": ended})
        await asyncio.sleep(0.2)

    async with database.transaction() as session:
        assert await session.scalar(BACKEND) != ended


async def test_what_the_database_refuses_at_the_commit_is_an_integrity_error(databases: Databases) -> None:
    async def break_a_rule(owner: Database) -> None:
        async with owner.transaction() as session:
            for statement in DEFER.split(";"):
                await Statement(statement).run(session, {})
            await store(session, "first")

    async with Database(databases["contacts"].owner, pool_size=1) as owner:
        with pytest.raises(IntegrityError):
            await break_a_rule(owner)

        assert await stored(owner) == ""


async def test_statements_and_sqlalchemy_share_one_transaction(database: Database) -> None:
    async with database.transaction() as session:
        await Statement("select set_config('tests.stored', 'first', false)").run(session, {})
        async with session.begin_nested():
            await Statement("select set_config('tests.stored', 'second', false)").run(session, {})

            assert await session.scalar(STORED) == "second"

    assert await stored(database) == "second"
