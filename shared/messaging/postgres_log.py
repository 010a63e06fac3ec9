"""The event log in a PostgreSQL database: nothing to install, same promises as Kafka at a smaller scale.

Offsets are dense: they are given under the partition's row lock, which is held until the events are committed, so a
reader that sees offset n sees all before it.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog
from sqlalchemy.engine import make_url

from shared.db.codecs import LeanConnection
from shared.ids import new_id
from shared.messaging.event import PARTITIONS
from shared.messaging.leases import Leases
from shared.messaging.log import Batches, Positions, Subscription
from shared.messaging.message import Message, Received, TopicPartition

if TYPE_CHECKING:
    Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]

logger = structlog.get_logger()
RETENTION = timedelta(days=14)
CHANNEL = "samphan_log"
NOTIFY_PAUSE_S = 0.02
REPEAT_WINDOW = 2_000

CREATE_PARTITIONS = """
insert into log_partition (topic, partition) select $1, n from generate_series(0, $2 - 1) as n on conflict do nothing
"""

# A relay that died after its append repeats a batch that contains the event appended last: then no offsets are taken
# here.
TAKE_OFFSETS = """
update log_partition set next_offset = next_offset + cardinality($3::uuid[]), last_event_id = $4
where topic = $1 and partition = $2 and last_event_id <> all ($3::uuid[]) returning next_offset -
  cardinality($3::uuid[])
"""
COLUMNS = (
    *("topic", "partition", "log_offset", "tenant_id", "key", "event_id"),
    *("type", "subject", "version", "time", "headers", "body"),
)

LOCK_PARTITION = "select next_offset from log_partition where topic = $1 and partition = $2 for update"
APPENDED_ALREADY = """
select event_id from log_event where topic = $1 and partition = $2 and log_offset >= $3 and event_id = any ($4::uuid[])
"""

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

PRUNE = """
delete from log_event where topic = $1 and partition = $2 and log_offset in (
  select log_offset from log_event where topic = $1 and partition = $2 order by log_offset limit $4
) and time < now() - $3::interval
"""


class PostgresLog:
    """`url` logs in as the system role. Connections are opened at first use."""

    def __init__(self, url: str, *, pool_size: int = 6, poll_s: float = 0.25, lease_s: float = 10.0) -> None:
        self._dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._pool_size = pool_size
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()
        self._topics: set[str] = set()
        self._waiting: set[asyncio.Event] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._notifying = False
        self._listener: asyncio.Task[None] | None = None
        self.poll_s = poll_s
        self.lease_s = lease_s

    async def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn, min_size=0, max_size=self._pool_size, timeout=5, connection_class=LeanConnection
                )
        return self._pool

    async def append(self, at: TopicPartition, messages: Sequence[Message]) -> None:
        await self.create_topic(at.topic)
        async with (await self.pool()).acquire() as connection, connection.transaction():
            if not await _append(connection, at, messages):
                await _append(connection, at, await _unseen(connection, at, messages))
        self._announce()

    def subscribe(
        self, group: str, topics: Sequence[str], types: Collection[str], positions: Positions
    ) -> AbstractAsyncContextManager[Subscription]:
        return _subscribing(self, group, topics, types, positions)

    async def create_topic(self, topic: str) -> None:
        if topic not in self._topics:
            await (await self.pool()).execute(CREATE_PARTITIONS, topic, PARTITIONS)
            self._topics.add(topic)

    async def prune(self, older_than: timedelta = RETENTION, *, batch: int = 5_000) -> int:
        """Deletes events that are older, oldest first, in short transactions; returns how many."""
        pool = await self.pool()
        deleted = 0
        for topic, partition, _ in await pool.fetch("select topic, partition, next_offset from log_partition"):
            done = batch
            while done == batch:
                done = int((await pool.execute(PRUNE, topic, partition, older_than, batch)).rpartition(" ")[2])
                deleted += done
        return deleted

    async def close(self) -> None:
        for task in [*self._tasks, *([self._listener] if self._listener else [])]:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._pool is not None:
            await self._pool.close()

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

    def _announce(self) -> None:
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
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):  # the others poll anyway
            await (await self.pool()).execute(f"notify {CHANNEL}")

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                logger.warning("event log: listening failed", error=str(error))
            await asyncio.sleep(1)

    async def _listen_once(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=5)
        try:
            closed = asyncio.Event()
            connection.add_termination_listener(lambda _: closed.set())
            await connection.add_listener(CHANNEL, self._wake)
            await closed.wait()
        finally:
            connection.terminate()


async def _append(connection: "Connection", at: TopicPartition, messages: Sequence[Message]) -> bool:
    """False, and nothing is done, if the event appended last is among them. COPY takes half the time of an INSERT."""
    if not messages:
        return True
    ids = [message.event_id for message in messages]
    first: int | None = await connection.fetchval(TAKE_OFFSETS, *at, ids, ids[-1])
    if first is None:
        return False
    rows = [(*at, offset, *message) for offset, message in enumerate(messages, first)]
    await connection.copy_records_to_table("log_event", records=rows, columns=COLUMNS)
    return True


async def _unseen(connection: "Connection", at: TopicPartition, messages: Sequence[Message]) -> list[Message]:
    """Those of a repeated batch that the log has not got."""
    end = await connection.fetchval(LOCK_PARTITION, *at)
    ids = [message.event_id for message in messages]
    seen = {row[0] for row in await connection.fetch(APPENDED_ALREADY, *at, end - REPEAT_WINDOW, ids)}
    return [message for message in messages if message.event_id not in seen]


class PostgresSubscription:
    """Polls the owned partitions; keeps their leases by a heartbeat of its own."""

    def __init__(self, log: PostgresLog, leases: Leases, types: Collection[str], positions: Positions) -> None:
        self._log = log
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
            with suppress(TimeoutError):
                await asyncio.wait_for(self._appended.wait(), min(self._log.poll_s, rest_s))

    def seek(self, at: TopicPartition, offset: int) -> None:
        if at in self._next:
            self._next[at] = offset

    def pause(self, at: TopicPartition) -> None:
        self._paused.add(at)

    def resume(self, at: TopicPartition) -> None:
        self._paused.discard(at)

    async def commit(self, positions: Mapping[TopicPartition, int]) -> None:
        await self._leases.note(positions)

    async def ends(self) -> dict[TopicPartition, int]:
        pool = await self._log.pool()
        rows = await pool.fetch(ENDS, sorted({at.topic for at in self._next}))
        return {TopicPartition(row[0], row[1]): row[2] for row in rows if (row[0], row[1]) in self._next}

    async def _read(self, max_messages: int) -> Batches:
        ends = await self.ends() if self._next else {}
        wanted = [at for at, end in ends.items() if at not in self._paused and self._next.get(at, end) < end]
        if not wanted:
            return {}
        starts = [self._next[at] for at in wanted]
        topics, partitions = zip(*wanted, strict=True)
        pool = await self._log.pool()
        rows = await pool.fetch(FETCH, topics, partitions, starts, self._types, max_messages)
        return self._collect(rows, dict(zip(wanted, starts, strict=True)))

    def _collect(self, rows: Sequence[Any], starts: Mapping[TopicPartition, int]) -> Batches:
        batches: Batches = {}
        for row in rows:
            batches.setdefault(TopicPartition(row[0], row[1]), []).append(Received(row[2], Message(*row[3:])))
        ours = {at: batch for at, batch in batches.items() if self._next.get(at) == starts[at]}
        for at, batch in ours.items():
            self._next[at] = batch[-1].offset + 1
        return ours

    async def keep(self) -> None:
        """The heartbeat: never ends, and lives through a log that is away."""
        while True:
            await asyncio.sleep(self._log.lease_s / 5)
            try:
                await self.beat()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
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
        self._log.wait_with(self._appended)
        await self.beat()
        heart = asyncio.create_task(self.keep())
        try:
            yield self
        finally:
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart
            self._log.wait_no_more(self._appended)
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):  # they expire by themselves
                await self._leases.release()


@asynccontextmanager
async def _subscribing(
    log: PostgresLog, group: str, topics: Sequence[str], types: Collection[str], positions: Positions
) -> AsyncIterator[PostgresSubscription]:
    for topic in topics:
        await log.create_topic(topic)
    leases = Leases(await log.pool(), group, topics, member_id=new_id(), lease_s=log.lease_s)
    async with PostgresSubscription(log, leases, types, positions).running() as subscription:
        yield subscription
