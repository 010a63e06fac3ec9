"""A service's part of a request: taken down when it is asked for, done by a job, answered through the outbox."""

import gzip
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.jobs import Jobs, claim
from shared.messaging.outbox import stage
from shared.privacy.events import Answer, Asked, Kind
from shared.privacy.holdings import Holdings, count_rows
from shared.privacy.models import PrivacyPart, PrivacyTask
from shared.privacy.person import Person, Rule, StillInUse

TRY_AGAIN = timedelta(seconds=30)
SWEEP = timedelta(hours=1)
"""After this an erasure is done once more: a request that was under way at the first time may have stored something."""
TAKE = text("""
insert into privacy_tasks (tenant_id, request_id, kind, contact_id, person_ids, words, counts, run_at)
values (:tenant_id, :request_id, :kind, :contact_id, :person_ids, :words, cast(:counts as jsonb), now())
on conflict (tenant_id, request_id) do update set run_at = now()
""")


async def take(
    session: AsyncSession, asked: Asked, *, words: Sequence[str] = (), projections: Sequence[Rule] = ()
) -> None:
    """From a consumer, before its `projections` forget the person; `words` are what they know the person by."""
    person = Person(session.info["context"].tenant_id, asked.contact_ids, [*words])
    counts = await count_rows(session, person, projections) if asked.kind == "erasure" else {}
    await add_task(session, asked.kind, asked.request_id, asked.contact_id, person, counts)


async def add_task(
    session: AsyncSession,
    kind: str,
    request_id: UUID,
    contact_id: UUID,
    person: Person,
    counts: Mapping[str, int] | None = None,
) -> None:
    """One that is there already is due again, with what it knows."""
    given = {
        "tenant_id": person.tenant_id,
        "request_id": request_id,
        "kind": kind,
        "contact_id": contact_id,
        "person_ids": person.ids,
        "words": person.words,
        "counts": orjson.dumps(counts or {}).decode(),
    }
    await session.execute(TAKE, given)


def run_tasks(jobs: Jobs, holdings: Holdings, answers: Mapping[Kind, type[Answer]], *, every_s: float = 1.0) -> None:
    """Registers the job: one task a transaction, its answer in the same."""
    due = select(PrivacyTask.tenant_id).where(PrivacyTask.run_at <= func.now())

    @jobs.every(seconds=every_s, due=due)
    async def do_privacy_tasks(session: AsyncSession, now: datetime) -> int:
        wanted = claim(PrivacyTask, where=[PrivacyTask.run_at <= now], limit=1).order_by(PrivacyTask.run_at)
        task = await session.scalar(wanted)
        if task is None:
            return 0
        person = Person(task.tenant_id, task.person_ids, task.words)
        try:
            async with session.begin_nested():
                counts = await _do(session, holdings, task, person)
        except StillInUse:
            task.run_at = now + TRY_AGAIN
            return 1
        if counts or task.done_at is None:
            stage(session, answers[_kind(task)](request_id=task.request_id, contact_id=task.contact_id, counts=counts))
        await _settle(session, task, now)
        return 1


async def _do(session: AsyncSession, holdings: Holdings, task: PrivacyTask, person: Person) -> dict[str, int]:
    if task.kind == "erasure":
        counts = Counter(await holdings.erase(session, person))
        counts.update(task.counts)
        return {table: count for table, count in sorted(counts.items()) if count}
    rows = await holdings.export(session, person)
    content = gzip.compress(orjson.dumps(rows, option=orjson.OPT_INDENT_2), mtime=0)
    part = PrivacyPart(
        tenant_id=task.tenant_id, request_id=task.request_id, person_ids=task.person_ids, content=content
    )
    await session.merge(part)
    return {table: len(found) for table, found in rows.items()}


async def _settle(session: AsyncSession, task: PrivacyTask, now: datetime) -> None:
    if task.kind == "erasure" and task.done_at is None:
        task.words, task.counts, task.done_at, task.run_at = [], {}, now, now + SWEEP
    else:
        await session.delete(task)


def _kind(task: PrivacyTask) -> Kind:
    return "erasure" if task.kind == "erasure" else "export"
