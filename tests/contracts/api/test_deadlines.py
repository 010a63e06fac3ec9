"""7.3 and the notes: a deadline travels with the request, and what comes too late is not done."""

import asyncio
import time

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.contracts.api.collections import Collection
from tests.contracts.api.conftest import System
from tests.contracts.api.problems import problem_of

WAITING = text("select count(*) from pg_stat_activity where :blocker = any(pg_blocking_pids(pid))")
SOON = {"X-Deadline-Ms": "300"}


async def test_a_read_that_comes_too_late_is_504(
    system: System, client: httpx.AsyncClient, collection: Collection
) -> None:
    async with system.database(collection.service).transaction() as session:
        await session.execute(text(f"lock table {collection.table} in access exclusive mode"))
        started = time.monotonic()

        response = await client.get(collection.path, headers=SOON)

        assert problem_of(response, 504, "timeout")["retryable"]
        assert time.monotonic() - started < 3
        await _nobody_waits(session, "the statement ended with its deadline")
    assert (await client.get(collection.path)).status_code == 200


async def test_a_write_that_comes_too_late_is_504_and_not_done(
    system: System, client: httpx.AsyncClient, collection: Collection
) -> None:
    async with system.database(collection.service).transaction() as session:
        await session.execute(text(f"lock table {collection.table} in share mode"))

        response = await client.post(collection.path, json=collection.make(), headers=SOON)

        assert problem_of(response, 504, "timeout")["retryable"]
        await _nobody_waits(session, "the statement ended with its deadline")
    assert (await client.get(collection.path)).json()["data"] == []


async def _nobody_waits(session: AsyncSession, why: str) -> None:
    blocker = await session.scalar(text("select pg_backend_pid()"))
    for _ in range(200):
        if not await session.scalar(WAITING, {"blocker": blocker}):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(why)
