"""Readers of the PostgreSQL log wait for appends, here or in other processes."""

import asyncio
from contextlib import suppress

import asyncpg
import structlog

from shared.db.codecs import LOST_CONNECTION
from shared.messaging.backoff import pause
from shared.messaging.connections import CONNECT_S, SILENCE_S, Connections
from shared.tasks import end

logger = structlog.get_logger()
CHANNEL = "samphan_log"
NOTIFY_PAUSE_S = 0.02
AWAY = (*LOST_CONNECTION, asyncpg.PostgresError)


class Wakeups:
    """Only hastens: whoever waits must poll, too."""

    def __init__(self, dsn: str, connections: Connections) -> None:
        self._dsn = dsn
        self._connections = connections
        self._waiting: set[asyncio.Event] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._notifying = False
        self._listener: asyncio.Task[None] | None = None

    def wait_with(self, waiting: asyncio.Event) -> None:
        """`waiting` is set whenever something was appended, here or elsewhere."""
        self._waiting.add(waiting)
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())

    def wait_no_more(self, waiting: asyncio.Event) -> None:
        self._waiting.discard(waiting)

    def _wake(self, *_: object) -> None:
        for waiting in self._waiting:
            waiting.set()

    def announce(self) -> None:
        """Wakes this process now, and the others once in a while: a notification costs a lock of the whole server."""
        self._wake()
        if not self._notifying:
            self._notifying = True
            task = asyncio.create_task(self._notify())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        await asyncio.sleep(NOTIFY_PAUSE_S)
        self._notifying = False
        with suppress(*AWAY):  # the others poll anyway
            await self._connections.execute(f"notify {CHANNEL}")

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except AWAY as error:
                logger.warning("event log: listening failed", error=str(error))
            await asyncio.sleep(1)

    async def _listen_once(self) -> None:
        """Until the connection is closed, or does not answer any more: a listener would never notice by itself."""
        connection = await asyncpg.connect(self._dsn, timeout=CONNECT_S, command_timeout=SILENCE_S)
        try:
            closed = asyncio.Event()
            connection.add_termination_listener(lambda _: closed.set())
            await connection.add_listener(CHANNEL, self._wake)
            while not closed.is_set():
                await pause(closed, SILENCE_S)
                await connection.execute("select 1")
        finally:
            connection.terminate()

    async def close(self) -> None:
        await end(*self._tasks, *([self._listener] if self._listener else []))
