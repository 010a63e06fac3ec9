"""Connections that wait for work. The pools of SQLAlchemy and asyncpg cost a request 20 to 60 µs: proxies and tasks."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

IDLE_S = 600.0
"""Making a connection takes round trips, and PostgreSQL's process behind it is slow until it knows its tables."""


class Pooled(Protocol):
    def is_closed(self) -> bool: ...

    def terminate(self) -> None:
        """At once, without a word to the other end; more than once does no harm."""


C = TypeVar("C", bound=Pooled)


class Pool(Generic[C]):
    """At most `size` connections, opened at need, the one used last given first, closed when idle for `idle_s`."""

    def __init__(self, connect: Callable[[], Awaitable[C]], size: int, idle_s: float = IDLE_S) -> None:
        self._connect = connect
        self._size = size
        self._idle_s = idle_s
        self._open = 0
        self._idle: list[tuple[C, float]] = []
        self._reaper: asyncio.TimerHandle | None = None
        self._waiting: deque[asyncio.Future[C | None]] = deque()

    async def acquire(self, timeout_s: float) -> C:
        """Waits while all are in use. Each must be released or dropped. Raises TimeoutError."""
        while self._idle:
            connection, _ = self._idle.pop()
            if not connection.is_closed():
                return connection
            connection.terminate()
            self._open -= 1
        async with asyncio.timeout(timeout_s):
            return await self._new_or_handed()

    async def _new_or_handed(self) -> C:
        while self._open >= self._size:
            handed = await self._wait()
            if handed is not None:
                return handed
        return await self._new()

    def release(self, connection: C) -> None:
        """Of a connection that nothing runs on, outside a transaction; or of one that is closed."""
        if connection.is_closed():
            self.drop(connection)
        elif not self._hand(connection):
            loop = asyncio.get_running_loop()
            self._idle.append((connection, loop.time()))
            if self._reaper is None:
                self._reaper = loop.call_later(self._idle_s, self._reap)

    def drop(self, connection: C) -> None:
        """Of one that is in the middle of something: nobody else may get it."""
        connection.terminate()
        self._open -= 1
        self._hand(None)

    def lose(self, connection: C, since_s: float) -> None:
        """Of one that does not answer. Those that have been idle since then, by the loop's clock, go with it: they may
        have fallen silent at the same time, and each would have to be waited for."""
        self._end(self._unused(since_s))
        self.drop(connection)

    def close(self) -> None:
        """Those that nobody uses."""
        self._end(len(self._idle))

    def _reap(self) -> None:
        loop = asyncio.get_running_loop()
        self._end(self._unused(loop.time() - self._idle_s))
        self._reaper = loop.call_later(self._idle_s, self._reap) if self._idle else None

    def _unused(self, since_s: float) -> int:
        """How many nobody has used since then. They lie at the bottom."""
        return sum(released_at <= since_s for _, released_at in self._idle)

    def _end(self, count: int) -> None:
        for connection, _ in self._idle[:count]:
            connection.terminate()
        del self._idle[:count]
        self._open -= count

    async def _new(self) -> C:
        self._open += 1
        try:
            return await self._connect()
        except BaseException:
            self._open -= 1
            self._hand(None)
            raise

    async def _wait(self) -> C | None:
        """A connection, or None: there is room for a new one."""
        waiter: asyncio.Future[C | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():  # handed over in the same instant
                self._give_back(waiter.result())
            raise

    def _give_back(self, handed: C | None) -> None:
        if handed is None:
            self._hand(None)
        else:
            self.release(handed)

    def _hand(self, connection: C | None) -> bool:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return True
        return False
