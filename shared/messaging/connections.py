"""Connections to the PostgreSQL log and to the outbox, on which nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from shared.db.codecs import Connection, has_transaction_timeout
from shared.db.pool import Pool
from shared.db.statement import LOST

SILENCE_S = 10.0
"""How long a command may go unanswered: its other end may be gone without a word, and TCP would not tell for hours."""
TRANSACTION_S = 16.0
"""When the server lets go of the locks of a transaction whose client is gone, and of any other."""
CONNECT_S = 5.0
KEPT_S = 0
"""How long the driver keeps a prepared statement: for ever. To close one that is old it would wait without limit."""


class Connections:
    """At most `size`, opened at need. `prepare` is called with each new one."""

    def __init__(self, dsn: str, size: int, prepare: Callable[[Connection], Awaitable[None]] | None = None) -> None:
        self._dsn = dsn
        self._prepare = prepare
        self._pool = Pool(self._connect, size)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """One, outside a transaction."""
        connection = await self._pool.acquire(SILENCE_S)
        since_s = asyncio.get_running_loop().time()
        try:
            yield connection
        except LOST:
            self._pool.lose(connection, since_s)
            raise
        except BaseException:
            self._pool.release(connection)
            raise
        self._pool.release(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """All or nothing, within 16 s. One that is lost takes nothing back: a rollback would go unanswered, too."""
        async with self.connection() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                yield connection
            except LOST:
                raise
            except BaseException:
                await transaction.rollback()
                raise
            await transaction.commit()

    async def fetch(self, query: str, *given: object) -> Sequence[Any]:
        async with self.connection() as connection:
            return await connection.fetch(query, *given)

    async def execute(self, query: str, *given: object) -> str:
        async with self.connection() as connection:
            return await connection.execute(query, *given)

    def close(self) -> None:
        """Those that nobody uses."""
        self._pool.close()

    async def _connect(self) -> Connection:
        connection: Connection = await asyncpg.connect(
            self._dsn, timeout=CONNECT_S, command_timeout=SILENCE_S, max_cached_statement_lifetime=KEPT_S
        )
        try:
            if has_transaction_timeout(connection):
                await connection.execute(f"set transaction_timeout = {int(TRANSACTION_S * 1000)}")
            if self._prepare is not None:
                await self._prepare(connection)
        except BaseException:
            connection.terminate()
            raise
        return connection
