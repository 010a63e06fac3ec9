"""From the commit of a write to the commit of its effect elsewhere, at a steady pace of writes."""

import asyncio
from collections.abc import Sequence
from itertools import count
from time import perf_counter
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database
from shared.db.unit import Unit, after_commit
from shared.messaging import Consumer, stage
from shared.messaging.log import EventLog
from shared.messaging.worker import Worker
from shared.observability.context import Context
from tests.bench.facts import ContactSeen, changes
from tests.bench.figures import percentile

WRITES_PER_S = 100
WARM_UP = 50
TIMEOUT_S = 60.0
_numbers = count()


async def latencies(
    database: Database, system: Database, system_url: str, log: EventLog, seconds: float
) -> tuple[float, float]:
    """p50 and p99 in milliseconds. Writer, relay and consumer share one process, as `PROFILE=single` does.

    The consumer first passes over what is in the log; the first writes only warm up.
    """
    committed_s: dict[UUID, float] = {}
    applied_s: dict[UUID, float] = {}
    noted = asyncio.Event()
    worker = Worker(
        "bench",
        database=database,
        system_database=system,
        system_url=system_url,
        events=log,
        consumers=[_noting(applied_s, noted)],
    )
    async with worker:
        await _write(database, committed_s, 1)
        await _until_applied(committed_s, applied_s, noted)
        await _write(database, committed_s, WARM_UP + int(seconds * WRITES_PER_S))
        await _until_applied(committed_s, applied_s, noted)
    waits_ms = [(applied_s[key] - at_s) * 1000 for key, at_s in list(committed_s.items())[WARM_UP + 1 :]]
    return percentile(waits_ms, 50), percentile(waits_ms, 99)


def _noting(applied_s: dict[UUID, float], noted: asyncio.Event) -> Consumer:
    consumer = Consumer(f"bench.latency.{next(_numbers)}")

    @consumer.on(ContactSeen)
    async def note_when_committed(session: AsyncSession, events: Sequence[ContactSeen]) -> None:
        session.info.setdefault(consumer.name, []).extend(each.contact_id for each in events)

    def note(unit: Unit) -> None:
        if keys := unit.info.get(consumer.name):
            applied_s.update(dict.fromkeys(keys, perf_counter()))
            noted.set()

    after_commit.append(note)
    return consumer


async def _write(database: Database, committed_s: dict[UUID, float], writes: int) -> None:
    """At the pace, whatever the time a write takes: one that is late is followed at once."""
    context = Context(tenant_id=uuid4())
    began_s = perf_counter()
    for number, fact in enumerate(changes(writes)):
        await asyncio.sleep(max(0.0, began_s + number / WRITES_PER_S - perf_counter()))
        async with database.transaction(context) as session:
            stage(session, fact)
        committed_s[fact.contact_id] = perf_counter()


async def _until_applied(committed_s: dict[UUID, float], applied_s: dict[UUID, float], noted: asyncio.Event) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not committed_s.keys() <= applied_s.keys():
            noted.clear()
            await noted.wait()
