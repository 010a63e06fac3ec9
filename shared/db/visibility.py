"""The owner of a database sees no tenant's rows, either. While a command of his runs, it does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

POLICY = "owner_at_work"
LOCK_TIMEOUT_MS = 500
"""Below the server's deadlock_timeout: when readers and we wait for each other, it is we who give up."""
EXISTS = "select exists (select from pg_policy where polrelid = $1::regclass and polname = $2)"
ATTEMPTS = 60
PAUSE_S = 1.0


@asynccontextmanager
async def seeing_all_tenants(connection: "Connection", tables: Sequence[str]) -> AsyncIterator[None]:
    """`connection` is the owner's. The policy of a command that was killed stays until the next one: it lets in nobody
    but the owner, who could make it at any time."""
    for table in tables:
        await _alter(connection, table, show=True)
    try:
        yield
    finally:
        for table in tables:
            await _alter(connection, table, show=False)


async def show_to_owner(connection: "Connection", table: str) -> None:
    await connection.execute(f"create policy {POLICY} on {table} to current_user using (true) with check (true)")


async def hide_from_owner(connection: "Connection", table: str) -> None:
    await connection.execute(f"drop policy if exists {POLICY} on {table}")


async def _alter(connection: "Connection", table: str, *, show: bool) -> None:
    """Needs the table for itself for an instant: long enough between two tries that its users get on."""
    for attempt in range(ATTEMPTS):
        if await connection.fetchval(EXISTS, table, POLICY) == show:
            return
        try:
            async with connection.transaction():
                await connection.execute(f"set local lock_timeout = {LOCK_TIMEOUT_MS}")
                await (show_to_owner if show else hide_from_owner)(connection, table)
        except asyncpg.LockNotAvailableError:
            if attempt == ATTEMPTS - 1:
                raise
            await asyncio.sleep(PAUSE_S)
