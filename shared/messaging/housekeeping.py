"""What is kept for a while only: the inbox, events given up, and the PostgreSQL log."""

import asyncio

from sqlalchemy import text

from shared.db.database import Database
from shared.messaging.backoff import pause
from shared.messaging.log import EventLog

INTERVAL_S = 3_600
BATCH = 5_000

# A repeat can only come while the log still has the event: 14 days, and as long again for a broker that was down.
PRUNE_INBOX = text("""
delete from inbox where (consumer, event_id) in (
  select consumer, event_id from inbox where seen_at < now() - interval '30 days' limit :batch) returning 1
""")
PRUNE_DISCARDED = text("""
delete from parked_event where state = 'discarded' and parked_at < now() - interval '90 days' returning 1
""")


async def keep_house(system: Database, events: EventLog, stop: asyncio.Event) -> None:
    """Once at the start and then every hour, in short transactions, until `stop`."""
    while not stop.is_set():
        pruned = BATCH
        while pruned == BATCH:
            pruned = await _prune_inbox(system)
        async with system.transaction() as session:
            await session.execute(PRUNE_DISCARDED)
        await events.prune()
        await pause(stop, INTERVAL_S)


async def _prune_inbox(system: Database) -> int:
    async with system.transaction() as session:
        return len((await session.execute(PRUNE_INBOX, {"batch": BATCH})).all())
