"""The event log in a PostgreSQL database: nothing to install, same promises as Kafka at a smaller scale.

Offsets are dense: they are given under the partition's row lock, which is held until the events are committed, so a
reader that sees offset n sees all before it.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from uuid import UUID

from sqlalchemy.engine import make_url

from shared.db.codecs import plain_uuids
from shared.ids import new_id
from shared.messaging.connections import Connections
from shared.messaging.event import ERASED, NAMELESS, PARTITIONS
from shared.messaging.leases import Leases
from shared.messaging.log import Positions, Subscription
from shared.messaging.message import Message, TopicPartition
from shared.messaging.postgres_append import append_once
from shared.messaging.postgres_subscription import PostgresSubscription
from shared.messaging.postgres_wakeups import Wakeups

RETENTION = timedelta(days=14)

CREATE_PARTITIONS = """
insert into log_partition (topic, partition) select $1, n from generate_series(0, $2 - 1) as n on conflict do nothing
"""

STARTS = """
select topic, partition, coalesce((
  select log_offset from log_event as e
  where e.topic = p.topic and e.partition = p.partition order by log_offset limit 1
), next_offset) from log_partition as p where topic = any ($1)
"""

PRUNE = """
delete from log_event where topic = $1 and partition = $2 and log_offset in (
  select log_offset from log_event where topic = $1 and partition = $2 order by log_offset limit $4
) and time < now() - $3::interval
"""

# No index by tenant: every append would pay for what is asked a few times a month.
FORGET = f"""
update log_event set type = '{ERASED}', headers = '{{}}', body = ''
where topic = $1 and partition = $2 and tenant_id = $3 and type !~ '{NAMELESS}'
  and exists (select from unnest($4::text[]) as word where strpos(body, word) > 0)
"""  # noqa: S608 - constants


class PostgresLog:
    """`url` logs in as the system role. Connections are opened at first use."""

    def __init__(self, url: str, *, pool_size: int = 6, poll_s: float = 0.25, lease_s: float = 10.0) -> None:
        dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self.connections = Connections(dsn, pool_size, plain_uuids)
        self._topics: set[str] = set()
        self._wakeups = Wakeups(dsn, self.connections)
        self._poll_s = poll_s
        self._lease_s = lease_s

    async def append(self, at: TopicPartition, messages: Sequence[Message]) -> None:
        await self.create_topic(at.topic)
        async with self.connections.transaction() as connection:
            await append_once(connection, at, messages)
        self._wakeups.announce()

    def subscribe(
        self, group: str, topics: Sequence[str], types: Collection[str], positions: Positions
    ) -> AbstractAsyncContextManager[Subscription]:
        return self._subscribing(group, topics, types, positions)

    async def create_topic(self, topic: str) -> None:
        if topic not in self._topics:
            await self.connections.execute(CREATE_PARTITIONS, topic, PARTITIONS)
            self._topics.add(topic)

    async def starts(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        rows = await self.connections.fetch(STARTS, list(topics))
        return {TopicPartition(row[0], row[1]): row[2] for row in rows}

    async def forget(self, at: TopicPartition, tenant_id: UUID, words: Sequence[str]) -> int | None:
        """Readers skip what is left of such an event: nobody reads its type."""
        done = await self.connections.execute(FORGET, *at, tenant_id, list(words))
        return int(done.rpartition(" ")[2])

    async def prune(self, older_than: timedelta = RETENTION, *, batch: int = 5_000) -> int:
        """Deletes events that are older, oldest first, in short transactions; returns how many."""
        deleted = 0
        for topic, partition in await self.connections.fetch("select topic, partition from log_partition"):
            done = batch
            while done == batch:
                answer = await self.connections.execute(PRUNE, topic, partition, older_than, batch)
                done = int(answer.rpartition(" ")[2])
                deleted += done
        return deleted

    async def close(self) -> None:
        await self._wakeups.close()
        self.connections.close()

    @asynccontextmanager
    async def _subscribing(
        self, group: str, topics: Sequence[str], types: Collection[str], positions: Positions
    ) -> AsyncIterator[Subscription]:
        for topic in topics:
            await self.create_topic(topic)
        leases = Leases(self.connections, group, topics, member_id=new_id(), lease_s=self._lease_s)
        reading = PostgresSubscription(self.connections, self._wakeups, leases, types, positions, poll_s=self._poll_s)
        async with reading.running() as subscription:
            yield subscription
