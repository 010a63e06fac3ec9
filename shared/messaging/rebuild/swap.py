"""The moment at which the tables made again become the live ones."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

import asyncpg
import structlog

from shared.db.visibility import LOCK_TIMEOUT_MS, hide_from_owner
from shared.messaging.backoff import Backoff
from shared.messaging.consumer import Consumer
from shared.messaging.message import TopicPartition
from shared.messaging.rebuild.copying import LIVE, NotRebuildable, describe, quoted
from shared.messaging.rebuild.replay import Replay
from shared.messaging.rebuild.shadow import Shadow, live_positions

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

log = structlog.get_logger()
OFFSET_LOCK_TIMEOUT_MS = 5_000
STANDSTILL_S = 5.0
"""How long the live consumer waits at most for the shadow's last events."""
ATTEMPTS = 60

FORGET_PARKED = f"""
delete from {LIVE}.parked_event as live
using unnest($2::text[], $3::smallint[], $4::bigint[]) as begin (topic, partition, log_offset)
where live.consumer = $1 and live.state = 'parked' and live.topic = begin.topic and live.partition = begin.partition
  and live.log_offset >= begin.log_offset and not live.type = any ($5::text[])
"""  # noqa: S608 - constants
TAKE_PARKED = "insert into {live}.parked_event select * from {schema}.parked_event on conflict do nothing"
COUNT_PARKED = f"""
update {LIVE}.consumer_offset as at set parked = (
  select count(*) from {LIVE}.parked_event as p
  where p.consumer = at.consumer and p.topic = at.topic and p.partition = at.partition and p.state = 'parked')
where consumer = $1
"""  # noqa: S608 - constants
TAKE_INBOX = "insert into {live}.inbox select * from {schema}.inbox on conflict do nothing"
OPEN_INBOX = """
delete from {live}.inbox where consumer = $1 and event_id in (select event_id from {schema}.parked_event)
"""


class TablesBusy(Exception):
    """Readers never left the tables long enough."""


async def swap(owner: "Connection", shadow: Shadow, replay: Replay, reactions: frozenset[str]) -> None:
    """In one transaction, between two batches of the live consumer. `reactions` are the types that reactions read.

    Readers wait for half a second at most: then we give way and try again. Raises TablesBusy, NotRebuildable.
    """
    backoff = Backoff(longest_s=2.0)
    for _ in range(ATTEMPTS):
        await replay.catch_up()
        try:
            async with owner.transaction():
                await _swap(owner, shadow, replay, reactions)
            return
        except (asyncpg.LockNotAvailableError, TimeoutError) as error:
            log.info("swap put off", consumer=shadow.consumer.name, error=repr(error))
            await asyncio.sleep(backoff.next_s())
    raise TablesBusy(f"The tables of {shadow.consumer.name} are in use all the time. Try again later.")


async def _swap(owner: "Connection", shadow: Shadow, replay: Replay, reactions: frozenset[str]) -> None:
    await owner.execute(f"set local lock_timeout = {OFFSET_LOCK_TIMEOUT_MS}")
    ends = await live_positions(owner, shadow.consumer, lock=True)
    async with asyncio.timeout(STANDSTILL_S):
        await replay.reach(ends)
    await _take_over(owner, shadow, replay.began, reactions)
    await owner.execute(f"set local lock_timeout = {LOCK_TIMEOUT_MS}")
    await _lock(owner, shadow)
    await _require_same_shape(owner, shadow)
    await _move(owner, shadow)


async def _take_over(
    owner: "Connection", shadow: Shadow, begin: Mapping[TopicPartition, int], reactions: frozenset[str]
) -> None:
    """What the shadow could not apply is parked from now on; what it could is parked no more, unless a reaction to it
    is still to come. The inbox agrees with both."""
    name = shadow.consumer.name
    names = {"live": LIVE, "schema": shadow.schema}
    if begin:
        topics, partitions = zip(*begin, strict=True)
        await owner.execute(FORGET_PARKED, name, topics, partitions, list(begin.values()), sorted(reactions))
    await owner.execute(TAKE_PARKED.format(**names))
    await owner.execute(COUNT_PARKED, name)
    await owner.execute(TAKE_INBOX.format(**names))
    await owner.execute(OPEN_INBOX.format(**names), name)


async def _lock(owner: "Connection", shadow: Shadow) -> None:
    """In the order in which they are declared: that of statements that use several."""
    tables = [f"{schema}.{quoted(table)}" for table in shadow.tables for schema in (LIVE, shadow.schema)]
    await owner.execute(f"lock table {', '.join(tables)} in access exclusive mode")


async def _require_same_shape(owner: "Connection", shadow: Shadow) -> None:
    for table in shadow.tables:
        if await describe(owner, LIVE, table) != await describe(owner, shadow.name, table):
            raise NotRebuildable(f"{table} was altered since this rebuild began. Begin anew.")


async def _move(owner: "Connection", shadow: Shadow) -> None:
    await owner.execute(f"drop schema if exists {shadow.replaced} cascade; create schema {shadow.replaced}")
    for table in map(quoted, shadow.tables):
        await hide_from_owner(owner, f"{shadow.schema}.{table}")
        await owner.execute(f"alter table {LIVE}.{table} set schema {shadow.replaced}")
        await owner.execute(f"alter table {shadow.schema}.{table} set schema {LIVE}")


def types_of_reactions(consumer: Consumer) -> frozenset[str]:
    return frozenset(kind for handler in consumer.handlers if handler.reaction for kind in handler.readings)
