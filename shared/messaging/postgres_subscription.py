"""One reader of the PostgreSQL log."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from shared.messaging.backoff import pause
from shared.messaging.connections import Connections
from shared.messaging.leases import Leases
from shared.messaging.log import Batches, Positions
from shared.messaging.message import Message, Received, TopicPartition
from shared.messaging.postgres_wakeups import AWAY, Wakeups
from shared.tasks import end

logger = structlog.get_logger()

ENDS = "select topic, partition, next_offset from log_partition where topic = any ($1)"

FETCH = """
select w.topic, w.partition, e.log_offset, e.tenant_id, e.key, e.event_id, e.type, e.subject, e.version, e.time,
e.headers,
  case when e.type = any ($4::text[]) then e.body else '' end
from unnest($1::text[], $2::smallint[], $3::bigint[]) as w (topic, partition, next)
cross join lateral (
  select * from log_event as l where l.topic = w.topic and l.partition = w.partition and l.log_offset >= w.next
  order by l.log_offset limit $5
) as e
order by 1, 2, 3
"""


def _received(row: Any) -> Received:
    return Received(row[2], Message(*row[3:]))


class PostgresSubscription:
    """Polls the owned partitions; keeps their leases by a heartbeat of its own."""

    def __init__(
        self,
        connections: Connections,
        wakeups: Wakeups,
        leases: Leases,
        types: Collection[str],
        positions: Positions,
        *,
        poll_s: float,
    ) -> None:
        self._connections = connections
        self._wakeups = wakeups
        self._poll_s = poll_s
        self._leases = leases
        self._types = list(types)
        self._positions = positions
        self._next: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()
        self._appended = asyncio.Event()

    @property
    def assigned(self) -> Collection[TopicPartition]:
        return self._next.keys()

    async def fetch(self, *, max_messages: int, timeout_s: float) -> Batches:
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + timeout_s
        while True:
            self._appended.clear()
            batches = await self._read(max_messages)
            rest_s = deadline_s - loop.time()
            if batches or rest_s <= 0:
                return batches
            await pause(self._appended, min(self._poll_s, rest_s))

    def seek(self, at: TopicPartition, offset: int) -> None:
        if at in self._next:
            self._next[at] = offset

    def pause(self, at: TopicPartition) -> None:
        self._paused.add(at)

    def resume(self, at: TopicPartition) -> None:
        self._paused.discard(at)

    async def commit(self, positions: Mapping[TopicPartition, int]) -> None:
        """Not needed: there are no lag tools but ours, which ask the services."""

    async def ends(self) -> dict[TopicPartition, int]:
        rows = await self._connections.fetch(ENDS, sorted({at.topic for at in self._next}))
        return {TopicPartition(row[0], row[1]): row[2] for row in rows if (row[0], row[1]) in self._next}

    async def _read(self, max_messages: int) -> Batches:
        ends = await self.ends() if self._next else {}
        wanted = [at for at, end in ends.items() if at not in self._paused and self._next.get(at, end) < end]
        if not wanted:
            return {}
        starts = [self._next[at] for at in wanted]
        topics, partitions = zip(*wanted, strict=True)
        rows = await self._connections.fetch(FETCH, topics, partitions, starts, self._types, max_messages)
        return self._collect(rows, dict(zip(wanted, starts, strict=True)))

    def _collect(self, rows: Sequence[Any], starts: Mapping[TopicPartition, int]) -> Batches:
        of_partition: dict[TopicPartition, list[Any]] = {}
        for row in rows:
            of_partition.setdefault(TopicPartition(row[0], row[1]), []).append(row)
        ours = {at: rows for at, rows in of_partition.items() if self._next.get(at) == starts[at]}
        for at, rows_of_ours in ours.items():
            self._next[at] = rows_of_ours[-1][2] + 1
        return {at: map(_received, rows) for at, rows in ours.items()}

    async def keep(self) -> None:
        """The heartbeat: never ends, and lives through a log that is away."""
        while True:
            await asyncio.sleep(self._leases.lease_s / 5)
            try:
                await self.beat()
            except AWAY as error:
                logger.warning("event log: heartbeat failed", group=self._leases.group, error=str(error))
            except Exception as error:  # positions come from the service's database, which may be away
                logger.warning("consumer offsets unreadable", group=self._leases.group, error=str(error))

    async def beat(self) -> None:
        owned = await self._leases.renew()
        for at in self._next.keys() - owned:
            del self._next[at]
            self._paused.discard(at)
        gained = owned - self._next.keys()
        if gained:
            self._next.update(await self._positions(gained))
            self._appended.set()

    @asynccontextmanager
    async def running(self) -> "AsyncIterator[PostgresSubscription]":
        await self.beat()
        self._wakeups.wait_with(self._appended)
        heart = asyncio.create_task(self.keep())
        try:
            yield self
        finally:
            await end(heart)
            self._wakeups.wait_no_more(self._appended)
            with suppress(*AWAY):  # they expire by themselves
                await self._leases.release()
