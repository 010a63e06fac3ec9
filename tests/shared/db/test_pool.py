"""Connections: bounded, given to whoever waits, never lost."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from deploy.local.databases import Databases
from shared.db.codecs import Connection, connect_jsonready
from shared.db.pool import Pool

Reading = Pool[Connection]
SIZE = 2


@pytest.fixture
async def reading(databases: Databases) -> AsyncIterator[Reading]:
    options = {"dsn": databases["contacts"].app.replace("+asyncpg", "")}
    made = Pool(partial(connect_jsonready, options), SIZE)
    yield made
    made.close()


async def ask(reading: Reading) -> int:
    connection = await reading.acquire(5)
    backend: int = await connection.fetchval("select pg_backend_pid() from pg_sleep(0.01)")
    reading.release(connection)
    return backend


async def test_many_readers_share_few_connections(reading: Reading) -> None:
    backends = await asyncio.gather(*(ask(reading) for _ in range(20)))

    assert len(set(backends)) == SIZE


async def test_who_waits_too_long_is_told(reading: Reading) -> None:
    held = [await reading.acquire(5) for _ in range(SIZE)]

    with pytest.raises(TimeoutError):
        await reading.acquire(0.05)

    for connection in held:
        reading.release(connection)
    assert await ask(reading) > 0


async def test_a_waiter_that_leaves_takes_no_connection_along(reading: Reading) -> None:
    held = [await reading.acquire(5) for _ in range(SIZE)]
    waiting = [asyncio.create_task(ask(reading)) for _ in range(5)]
    await asyncio.sleep(0)
    reading.release(held[0])
    for each in waiting[:3]:
        each.cancel()

    reading.release(held[1])
    done = await asyncio.gather(*waiting, return_exceptions=True)

    assert [type(each) for each in done[3:]] == [int, int]
    assert len(set(await asyncio.gather(*(ask(reading) for _ in range(6))))) == SIZE


async def test_a_dropped_connection_makes_room_for_a_new_one(reading: Reading) -> None:
    held = [await reading.acquire(5) for _ in range(SIZE)]
    waiting = asyncio.create_task(ask(reading))
    await asyncio.sleep(0)

    reading.drop(held[0])

    assert await waiting > 0
    reading.release(held[1])


async def test_a_connection_that_the_server_closed_is_not_given_out(reading: Reading) -> None:
    connection = await reading.acquire(5)
    other = await reading.acquire(5)
    backend = connection.get_server_pid()
    reading.release(connection)
    connection.terminate()
    reading.release(other)

    assert backend not in await asyncio.gather(*(ask(reading) for _ in range(8)))
