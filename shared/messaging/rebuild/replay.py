"""The projection's handlers at work in the shadow, never ahead of the live consumer."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
import structlog

from shared.db.database import Database
from shared.messaging.backoff import Backoff, pause
from shared.messaging.consumer import Consumer
from shared.messaging.failures import is_transient
from shared.messaging.log import EventLog
from shared.messaging.message import TopicPartition
from shared.messaging.rebuild.capped import CappedLog, Places
from shared.messaging.rebuild.copying import LIVE
from shared.messaging.rebuild.shadow import Shadow, live_positions
from shared.messaging.running import Running
from shared.tasks import end

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

log = structlog.get_logger()
NEAR = 2_000
POLL_S = 0.05
REPORT_S = 5.0
STOP_TIMEOUT_S = 2.0
GIVEN_UP = f"""
select topic, partition, log_offset from {LIVE}.parked_event where consumer = $1 and state = 'discarded'
"""  # noqa: S608 - a constant


class TooManyParked(Exception):
    """The handlers refuse so many events that they are likely to be wrong."""


class Replay:
    """`began` is where the log began in each partition. The owner's connection serves one caller at a time."""

    def __init__(self, owner: "Connection", shadow: Shadow, events: EventLog, capped: CappedLog, work: Running) -> None:
        self._owner = owner
        self._shadow = shadow
        self._events = events
        self._capped = capped
        self._work = work
        self._task: asyncio.Task[None] | None = None
        self.began: dict[TopicPartition, int] = {}

    @property
    def consumer(self) -> Consumer:
        return self._shadow.consumer

    async def catch_up(self) -> None:
        """Until it is nearly where the live consumer is, which goes on. Raises TooManyParked."""
        loop = asyncio.get_running_loop()
        report_at_s = loop.time()
        while True:
            ends = await live_positions(self._owner, self.consumer)
            self._capped.allow(ends)
            left = await self._left(ends)
            if left <= NEAR:
                return
            if loop.time() >= report_at_s:
                report_at_s = loop.time() + REPORT_S
                log.info("rebuilding", consumer=self.consumer.name, events_left=left)
                await self.skip_deleted(ends)
            await asyncio.sleep(POLL_S * 4)

    def allow(self, ends: Mapping[TopicPartition, int]) -> None:
        self._capped.allow(ends)

    async def reach(self, ends: Mapping[TopicPartition, int]) -> None:
        """Applies all events before `ends`, and none after. Raises TooManyParked."""
        self._capped.allow(ends)
        tries = 0
        while await self._left(ends):
            tries += 1
            if tries % 100 == 0:
                await self.skip_deleted(ends)
            await asyncio.sleep(POLL_S)

    async def skip_deleted(self, ends: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """Steps over what never comes; returns where the log begins now, for the partitions of the live consumer."""
        starts = await self._events.starts(self.consumer.topics)
        begin = {at: min(start, ends[at]) for at, start in starts.items() if at in ends}
        await self._shadow.begin_at(self._owner, begin)
        return begin

    async def _left(self, ends: Mapping[TopicPartition, int]) -> int:
        if self._work.halted:
            raise TooManyParked(f"{self.consumer.name}: too many events are bad. Mend the handlers, then begin anew.")
        if self._task is not None and self._task.done():
            self._task.result()
        done = await self._shadow.offsets(self._owner)
        return sum(end - done.get(at, 0) for at, end in ends.items())

    @asynccontextmanager
    async def running(self) -> "AsyncIterator[Replay]":
        stop = asyncio.Event()
        self._task = asyncio.create_task(_work(self._work, stop))
        try:
            yield self
        finally:
            stop.set()
            await asyncio.wait([self._task], timeout=STOP_TIMEOUT_S)
            await end(self._task)  # its transactions roll back


@asynccontextmanager
async def replaying(owner: "Connection", shadow: Shadow, app_url: str, events: EventLog) -> AsyncIterator[Replay]:
    """From where the shadow is, or from where the log begins."""
    rows = await owner.fetch(GIVEN_UP, shadow.consumer.name)
    given_up: Places = frozenset((TopicPartition(row[0], row[1]), row[2]) for row in rows)
    capped = CappedLog(events, suffix=".rebuild", given_up=given_up)
    async with Database(app_url, pool_size=6, name="samphan rebuild", search_path=shadow.schema) as database:
        work = Running(shadow.consumer, database, capped)
        replay = Replay(owner, shadow, events, capped, work)
        ends = await live_positions(owner, shadow.consumer)
        replay.began = await replay.skip_deleted(ends)
        if deleted := sum(replay.began.values()):
            log.warning("the log no longer has everything: rebuild after snapshots", deleted_events=deleted)
        async with replay.running():
            yield replay


async def _work(running: Running, stop: asyncio.Event) -> None:
    """Through whatever passes by itself, as a worker would."""
    backoff = Backoff()
    while not stop.is_set():
        try:
            await running.run(stop)
        except Exception as error:  # the database or the log may raise anything; what passes is waited out
            if not is_transient(error):
                raise
            log.warning("rebuild waits", error=repr(error))
            await pause(stop, backoff.next_s())
