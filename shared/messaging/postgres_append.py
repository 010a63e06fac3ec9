"""Appending to the PostgreSQL log: dense offsets, each event once."""

from collections.abc import Sequence

from shared.db.codecs import Connection
from shared.messaging.message import Message, TopicPartition

REPEAT_WINDOW = 2_000

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


async def append_once(connection: Connection, at: TopicPartition, messages: Sequence[Message]) -> None:
    """In the caller's transaction; leaves out what a relay appended before it died."""
    if not await _append(connection, at, messages):
        await _append(connection, at, await _unseen(connection, at, messages))


async def _append(connection: Connection, at: TopicPartition, messages: Sequence[Message]) -> bool:
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


async def _unseen(connection: Connection, at: TopicPartition, messages: Sequence[Message]) -> list[Message]:
    """Those of a repeated batch that the log has not got."""
    end = await connection.fetchval(LOCK_PARTITION, *at)
    ids = [message.event_id for message in messages]
    seen = {row[0] for row in await connection.fetch(APPENDED_ALREADY, *at, end - REPEAT_WINDOW, ids)}
    return [message for message in messages if message.event_id not in seen]
