"""The connections to one service: kept open between requests, bounded in number, and the queue before them."""

import asyncio
import ssl
from collections import deque
from time import monotonic
from urllib.parse import urlsplit

from gateway.forwarding.wire import Connection, CutOff

CONNECT_TIMEOUT_S = 2
KEEP_ALIVE_S = 30  # shorter than the services' 75 s: the side that sends must be the first to let go
WAITING_PER_CONNECTION = 10


class Crowded(CutOff):
    """As many requests as we let wait for a connection are waiting."""


class Pool:
    """`size` connections at most. The one used last is used next, so that those not needed grow old."""

    def __init__(self, base_url: str, size: int) -> None:
        url = urlsplit(base_url)
        assert url.hostname is not None, f"{base_url} names no host"
        self.authority = url.netloc.rpartition("@")[2].encode()
        self.prefix = url.path.rstrip("/").encode()
        self._tls = ssl.create_default_context() if url.scheme == "https" else None
        self._host = url.hostname
        self._port = url.port or (443 if self._tls else 80)
        self._size = size
        self._open: set[Connection] = set()
        self._opening = 0
        self._idle: list[Connection] = []
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()

    def kept(self) -> Connection | None:
        """One that was used before."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and monotonic() - connection.idle_since < KEEP_ALIVE_S:
                return connection
            connection.close()
        return None

    async def get(self) -> Connection:
        """A new one, or in its turn one that another request leaves. Raises CutOff, Crowded."""
        if len(self._open) + self._opening < self._size:
            self._opening += 1
            return await self._connect()
        return await self._turn() or await self._connect()

    def give_back(self, connection: Connection) -> None:
        if not connection.is_reusable:
            return connection.close()
        connection.idle_since = monotonic()
        waiter = self._next_waiter()
        if waiter is not None:
            waiter.set_result(connection)
        else:
            self._idle.append(connection)

    def distrust(self) -> None:
        """Ends what is idle: a connection like these fell silent."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    async def close(self) -> None:
        connections = list(self._open)
        for connection in connections:
            connection.close()
        await asyncio.gather(*(connection.lost.wait() for connection in connections))

    async def _connect(self) -> Connection:
        """The place for it is already taken."""
        connection = Connection(self._lost)
        try:
            await self._dial(connection)
        except BaseException as error:
            connection.close()
            self._pass_on(None)
            if isinstance(error, OSError):  # TimeoutError is one
                raise CutOff(f"No connection to {self._host}:{self._port}.") from error
            raise
        self._opening -= 1
        self._open.add(connection)
        return connection

    async def _dial(self, connection: Connection) -> None:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: connection, self._host, self._port, ssl=self._tls)
        if not connection.is_open:
            raise CutOff("The connection was closed.")

    async def _turn(self) -> Connection | None:
        """None is the place for a new one."""
        if len(self._waiting) >= self._size * WAITING_PER_CONNECTION:
            raise Crowded("Too many requests wait for a connection.")
        waiter: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._pass_on(waiter.result())
            raise

    def _pass_on(self, given: Connection | None) -> None:
        if given is not None:
            return self.give_back(given)
        self._opening -= 1
        self._let_next_connect()

    def _next_waiter(self) -> "asyncio.Future[Connection | None] | None":
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                return waiter
        return None

    def _let_next_connect(self) -> None:
        if len(self._open) + self._opening >= self._size:
            return
        waiter = self._next_waiter()
        if waiter is not None:
            self._opening += 1
            waiter.set_result(None)

    def _lost(self, connection: Connection) -> None:
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._let_next_connect()
