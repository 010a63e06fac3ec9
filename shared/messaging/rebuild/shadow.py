"""The schema in which a projection is made again: its tables, and a consumer's own tables beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg

from shared.db.migrations import APP_ROLE
from shared.db.visibility import show_to_owner
from shared.messaging.consumer import Consumer
from shared.messaging.message import TopicPartition
from shared.messaging.rebuild.copying import LIVE, copy_tables, quoted
from shared.messaging.tables import messaging_metadata

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

KERNEL = sorted(messaging_metadata.tables)
DEAF = """
create function {schema}.tell_nobody() returns trigger language plpgsql as 'begin return null; end';
create trigger tell_nobody before insert on {schema}.outbox for each row execute function {schema}.tell_nobody()
"""
BEGIN = """
insert into {schema}.consumer_offset as shadow (consumer, topic, partition, next)
select $1, topic, partition, next from unnest($2::text[], $3::smallint[], $4::bigint[]) as at (topic, partition, next)
on conflict (consumer, topic, partition) do update set next = greatest(shadow.next, excluded.next)
where shadow.next < excluded.next
"""
OFFSETS = "select topic, partition, next from {schema}.consumer_offset where consumer = $1 and topic = any ($2)"


@dataclass(frozen=True, slots=True)
class Shadow:
    """Handlers find nothing but this schema in their search path: one that would write elsewhere fails."""

    consumer: Consumer

    @property
    def name(self) -> str:
        return f"rebuild_{self.consumer.name}"

    @property
    def schema(self) -> str:
        return quoted(self.name)

    @property
    def replaced(self) -> str:
        """Where the old tables go."""
        return quoted(f"replaced_{self.consumer.name}")

    @property
    def tables(self) -> list[str]:
        return [table.name for table in self.consumer.tables]

    @property
    def live_tables(self) -> list[str]:
        """With names that a statement can take; what belongs to each tenant."""
        return [f"{LIVE}.{quoted(table)}" for table in (*self.tables, "parked_event")]

    async def exists(self, owner: "Connection") -> bool:
        return bool(await owner.fetchval("select exists (select from pg_namespace where nspname = $1)", self.name))

    async def create(self, owner: "Connection") -> None:
        """Anew: what an earlier rebuild has left is thrown away. Raises NotRebuildable."""
        async with owner.transaction():
            await self.drop(owner)
            await owner.execute(f"create schema {self.schema}")
            await owner.execute(f"grant usage on schema {self.schema} to {APP_ROLE}")
            await copy_tables(owner, [*self.tables, *KERNEL], self.name)
            await owner.execute(DEAF.format(schema=self.schema))
            for table in (*self.tables, "parked_event"):
                await show_to_owner(owner, f"{self.schema}.{quoted(table)}")

    async def drop(self, owner: "Connection") -> None:
        await owner.execute(f"drop schema if exists {self.schema} cascade")

    async def begin_at(self, owner: "Connection", starts: Mapping[TopicPartition, int]) -> None:
        """Steps over what the log has deleted."""
        if starts:
            topics, partitions = zip(*starts, strict=True)
            statement = BEGIN.format(schema=self.schema)
            await owner.execute(statement, self.consumer.name, topics, partitions, list(starts.values()))

    async def offsets(self, owner: "Connection") -> dict[TopicPartition, int]:
        return await read_positions(owner, self.schema, self.consumer)

    async def analyze(self, owner: "Connection") -> None:
        """For the planner, and for scans of an index alone: after the swap nobody waits for the autovacuum."""
        for table in self.tables:
            await owner.execute(f"vacuum (analyze) {self.schema}.{quoted(table)}")


async def read_positions(
    owner: "Connection", schema: str, consumer: Consumer, *, suffix: str = ""
) -> dict[TopicPartition, int]:
    statement = f"{OFFSETS.format(schema=schema)}{suffix}"
    rows: Sequence[asyncpg.Record] = await owner.fetch(statement, consumer.name, consumer.topics)
    return {TopicPartition(row[0], row[1]): row[2] for row in rows}


async def live_positions(owner: "Connection", consumer: Consumer, *, lock: bool = False) -> dict[TopicPartition, int]:
    """How far the live consumer is; with `lock` it gets no further until the transaction ends."""
    suffix = " order by topic, partition for update" if lock else ""
    return await read_positions(owner, LIVE, consumer, suffix=suffix)
