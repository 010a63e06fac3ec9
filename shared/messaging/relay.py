"""From the outbox to the log: the partition's owner publishes in order, then deletes. Repeats are possible, losses are
not."""

import asyncio
import time
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy.engine import make_url

from shared.messaging import metrics
from shared.messaging.backoff import Backoff, pause
from shared.messaging.connections import Connections
from shared.messaging.event import PARTITIONS
from shared.messaging.log import EventLog
from shared.messaging.message import Message, TopicPartition
from shared.tasks import end

log = structlog.get_logger()
BATCH = 500
POLL_S = 0.25
PUBLISH_TIMEOUT_S = 14  # within a transaction of 16 s
MEASURE_S = 5.0
LONGEST_PAUSE_S = 5.0  # the whole backlog waits for the next try
LOCK_CLASS = 730_101

LOCK = f"select pg_try_advisory_xact_lock({LOCK_CLASS}, $1)"
WAITING = "select n from generate_series(0, $1 - 1) as n where exists (select from outbox where partition = n)"
READ = """
select topic, id, tenant_id, key, event_id, type, subject, version, time, headers, body
from outbox where partition = $1 order by id limit $2
"""
DELETE = "delete from outbox where partition = $1 and id = any ($2::bigint[])"
COUNTED = 20_000
# A million rows are not counted every five seconds, and each partition's oldest stands first in its index.
MEASURE = f"""
select case when counted.n < {COUNTED} then counted.n else greatest(counted.n, planned.n) end,
  coalesce(extract(epoch from clock_timestamp() - oldest.time), 0)
from (select count(*) as n from (select from outbox limit {COUNTED}) as first) as counted,
  (select reltuples::bigint as n from pg_class where oid = 'outbox'::regclass) as planned,
  (select min(head.time) as time from generate_series(0, $1 - 1) as n cross join lateral
    (select time from outbox where partition = n order by id limit 1) as head) as oldest
"""  # noqa: S608  # a constant


class Relay:
    """Publishes one database's outbox, together with any number of relays in other processes.

    `system_url` logs in as the role that sees the rows of all tenants.
    """

    def __init__(self, service: str, system_url: str, events: EventLog, *, lanes: int = 3) -> None:
        self.service = service
        self._events = events
        dsn = make_url(system_url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._lanes = asyncio.Semaphore(lanes)
        self._connections = Connections(dsn, lanes + 1)
        self._measured_s = 0.0
        metrics.expect_relay(service)

    async def run(self, stop: asyncio.Event, woken: asyncio.Event | None = None) -> None:
        """Until `stop`; `woken` says that something was staged in this process."""
        woken = woken or asyncio.Event()
        backoff = Backoff(longest_s=LONGEST_PAUSE_S)
        try:
            while not stop.is_set():
                woken.clear()
                published, failed = await self._round()
                if failed:
                    await pause(stop, backoff.next_s())
                elif published == 0:
                    backoff.reset()
                    await _first(stop, woken, POLL_S)
        finally:
            await self.close()

    async def drain(self) -> int:
        """Publishes all that is visible now; returns how many. Raises what the database or the log raises."""
        total = 0
        while published := sum([await self.publish(partition) for partition in await self._waiting()]):
            total += published
        return total

    async def close(self) -> None:
        self._connections.close()

    async def publish(self, partition: int) -> int:
        """One batch of a partition; 0 if there is none, or another relay owns the partition just now."""
        async with self._connections.transaction() as connection:
            if not await connection.fetchval(LOCK, partition):
                return 0
            rows = await connection.fetch(READ, partition, BATCH)
            if rows:
                async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                    await self._append(partition, rows)
                await connection.execute(DELETE, partition, [row[1] for row in rows])
        return len(rows)

    async def _append(self, partition: int, rows: Sequence[Any]) -> None:
        for topic, of_topic in groupby(rows, key=lambda row: str(row[0])):
            await self._events.append(TopicPartition(topic, partition), [Message(*row[2:]) for row in of_topic])

    async def _round(self) -> tuple[int, bool]:
        """Each partition with rows until it has none; returns how many were published, and whether anything failed."""
        try:
            await self._measure()
            partitions = await self._waiting()
            metrics.RELAY_SEEN.labels(self.service).set_to_current_time()
        except Exception as error:  # whatever the database says, the relay tries again
            self._failed(error)
            return 0, True
        outcomes = await asyncio.gather(*(self._empty(partition) for partition in partitions))
        return sum(count for count, _ in outcomes), any(failed for _, failed in outcomes)

    async def _empty(self, partition: int) -> tuple[int, bool]:
        total = 0
        async with self._lanes:
            for _ in range(20):
                started_s = time.perf_counter()
                try:
                    published = await self.publish(partition)
                except Exception as error:  # a broker or database that is away only delays events
                    self._failed(error)
                    return total, True
                total += published
                if published:
                    metrics.RELAYED.labels(self.service).inc(published)
                    metrics.RELAY_SECONDS.labels(self.service).observe(time.perf_counter() - started_s)
                if published < BATCH:
                    break
        return total, False

    async def _waiting(self) -> list[int]:
        return [row[0] for row in await self._connections.fetch(WAITING, PARTITIONS)]

    async def _measure(self) -> None:
        if time.monotonic() - self._measured_s < MEASURE_S:
            return
        self._measured_s = time.monotonic()
        rows, oldest_s = (await self._connections.fetch(MEASURE, PARTITIONS))[0]
        metrics.OUTBOX_ROWS.labels(self.service).set(rows)
        metrics.OUTBOX_OLDEST.labels(self.service).set(oldest_s)

    def _failed(self, error: Exception) -> None:
        metrics.RELAY_ERRORS.labels(self.service).inc()
        log.warning("relay failed", error=repr(error))


async def _first(stop: asyncio.Event, woken: asyncio.Event, timeout_s: float) -> None:
    """Returns when woken or stopped, or after `timeout_s`."""
    waits = [asyncio.create_task(stop.wait()), asyncio.create_task(woken.wait())]
    try:
        await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end(*waits)
