"""Connections for reads. asyncpg's own pool costs a read 20 µs, a tenth of its CPU time: proxies, shields and tasks."""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

import asyncpg

from shared.db.codecs import Connection, jsonready

IDLE_S = 30.0


class Reading:
    """At most `size` connections, opened at need, the one used last given first. They hand out JSON-ready values."""

    def __init__(self, options: Mapping[str, Any], size: int) -> None:
        self._options = options
        self._size = size
        self._open = 0
        self._idle: list[tuple[Connection, float]] = []
        self._reaper: asyncio.TimerHandle | None = None
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()

    async def acquire(self, timeout_s: float) -> Connection:
        """Waits while all are in use. Each must be released or dropped. Raises TimeoutError."""
        while self._idle:
            connection, _ = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._open -= 1
        async with asyncio.timeout(timeout_s):
            return await self._new_or_handed()

    async def _new_or_handed(self) -> Connection:
        while self._open >= self._size:
            handed = await self._wait()
            if handed is not None:
                return handed
        return await self._connect()

    def release(self, connection: Connection) -> None:
        """Of a connection that nothing runs on, outside a transaction."""
        if connection.is_closed():
            self.drop(connection)
        elif not self._hand(connection):
            loop = asyncio.get_running_loop()
            self._idle.append((connection, loop.time()))
            if self._reaper is None:
                self._reaper = loop.call_later(IDLE_S, self._reap)

    def drop(self, connection: Connection) -> None:
        """Of one that is in the middle of something: nobody else may get it."""
        connection.terminate()
        self._open -= 1
        self._hand(None)

    def close(self) -> None:
        self._end(len(self._idle))

    def _reap(self) -> None:
        """The ones that nobody has needed for a while lie at the bottom."""
        loop = asyncio.get_running_loop()
        since = loop.time() - IDLE_S
        self._end(sum(released_at <= since for _, released_at in self._idle))
        self._reaper = loop.call_later(IDLE_S, self._reap) if self._idle else None

    def _end(self, count: int) -> None:
        for connection, _ in self._idle[:count]:
            connection.terminate()
        del self._idle[:count]
        self._open -= count

    async def _connect(self) -> Connection:
        self._open += 1
        connection: Connection | None = None
        try:
            connection = await asyncpg.connect(**self._options)
            await jsonready(connection)
        except BaseException:
            if connection is not None:
                connection.terminate()
            self._open -= 1
            self._hand(None)
            raise
        return connection

    async def _wait(self) -> Connection | None:
        """A connection, or None: there is room for a new one."""
        waiter: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():  # handed over in the same instant
                self._give_back(waiter.result())
            raise

    def _give_back(self, handed: Connection | None) -> None:
        if handed is None:
            self._hand(None)
        else:
            self.release(handed)

    def _hand(self, connection: Connection | None) -> bool:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return True
        return False
