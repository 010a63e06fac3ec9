"""What is kept for a while only: keys, operations, the inbox, events given up, and the PostgreSQL log."""

import asyncio

from sqlalchemy import TextClause, text

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


# The promises of the API. Not every service has all tables.
EXPIRED = {
    "idempotency_keys": text("""
delete from idempotency_keys where (tenant_id, actor_id, route, key) in (
  select tenant_id, actor_id, route, key from idempotency_keys
  where created_at < now() - interval '24 hours' limit :batch) returning 1
"""),
    "operations": text("""
delete from operations where (tenant_id, id) in (
  select tenant_id, id from operations where finished_at < now() - interval '30 days' limit :batch) returning 1
"""),
    "privacy_parts": text("""
delete from privacy_parts where (tenant_id, request_id) in (
  select tenant_id, request_id from privacy_parts where created_at < now() - interval '7 days' limit :batch) returning 1
"""),
}


async def keep_house(system: Database, events: EventLog, stop: asyncio.Event) -> None:
    """Once at the start and then every hour, in short transactions, until `stop`."""
    while not stop.is_set():
        await _all_of(PRUNE_INBOX, system)
        await forget_expired(system)
        async with system.transaction() as session:
            await session.execute(PRUNE_DISCARDED)
        await events.prune()
        await pause(stop, INTERVAL_S)


async def forget_expired(system: Database) -> None:
    """Idempotency keys after 24 hours, operations 30 days after their end, a person's exported data after 7 days."""
    for table, statement in EXPIRED.items():
        async with system.transaction() as session:
            exists = await session.scalar(text("select to_regclass(:table) is not null"), {"table": table})
        if exists:
            await _all_of(statement, system)


async def _all_of(statement: TextClause, system: Database) -> None:
    pruned = BATCH
    while pruned == BATCH:
        async with system.transaction() as session:
            pruned = len((await session.execute(statement, {"batch": BATCH})).all())
