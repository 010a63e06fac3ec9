"""Due work: what has a due time on its own row, claimed in small batches by every worker at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from shared.db.database import Database
from shared.db.record import now as current_time
from shared.errors import Outdated
from shared.messaging import metrics
from shared.messaging.backoff import Backoff, pause
from shared.observability.context import Context

log = structlog.get_logger()
JobFunction = Callable[[AsyncSession, datetime], Awaitable[int]]
M = TypeVar("M", bound=DeclarativeBase)

MAX_TENANTS = 500
MAX_DELAY_S = 60.0


@dataclass(slots=True)
class Job:
    """`due` selects the tenants with due work. Without it the job belongs to no tenant and runs as the system role."""

    name: str
    run: JobFunction
    interval_s: float
    due: Select[UUID] | None
    delays: "dict[UUID | None, Delay]" = field(default_factory=dict)


@dataclass(slots=True)
class Delay:
    """A tenant whose work failed waits, and the others go on."""

    backoff: Backoff
    until_s: float = 0.0


class Jobs:
    """The jobs of one service."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def every(self, *, seconds: float, due: Select[Any] | None = None) -> Callable[[JobFunction], JobFunction]:
        """`async def job(session, now) -> int`: one transaction for each due tenant; returns how much it did.

        Rounds follow each other at once while any tenant did something, else every `seconds`.
        """

        def register(run: JobFunction) -> JobFunction:
            self.jobs.append(Job(run.__name__, run, seconds, due))
            return run

        return register


def claim(model: type[M], *, where: Sequence[ColumnElement[bool]], limit: int) -> Select[M]:
    """Rows that no other worker holds, locked until the transaction ends."""
    return select(model).where(*where).limit(limit).with_for_update(skip_locked=True)


async def run_job(job: Job, database: Database, system: Database, stop: asyncio.Event) -> None:
    """Until `stop`. Errors are logged, counted and retried later; they never end the loop."""
    while not stop.is_set():
        done = 0
        try:
            done = await run_once(job, database, system, current_time())
        except Exception as error:  # the loop outlives whatever the database or a job does
            _failed(job, None, error)
        if done == 0:
            await pause(stop, job.interval_s)


async def run_once(job: Job, database: Database, system: Database, now: datetime) -> int:
    """One round: each due tenant once. Returns how much was done."""
    if job.due is None:
        return await _run(job, system, None, now)
    async with system.transaction() as session:
        tenants = (await session.scalars(job.due.distinct().limit(MAX_TENANTS))).all()
    done = 0
    for tenant_id in tenants:
        done += await _run(job, database, tenant_id, now)
    return done


async def _run(job: Job, database: Database, tenant_id: UUID | None, now: datetime) -> int:
    delay = job.delays.get(tenant_id)
    if delay is not None and delay.until_s > asyncio.get_running_loop().time():
        return 0
    try:
        async with database.transaction(Context(tenant_id=tenant_id) if tenant_id else None, bulk=True) as session:
            done = await job.run(session, now)
    except Outdated:
        return 1  # to be done once more, at once
    except Exception as error:  # one tenant's failure must not stop the others
        _failed(job, tenant_id, error)
        return 0
    job.delays.pop(tenant_id, None)
    metrics.JOB_ITEMS.labels(job.name).inc(done)
    return done


def _failed(job: Job, tenant_id: UUID | None, error: Exception) -> None:
    delay = job.delays.setdefault(tenant_id, Delay(Backoff(job.interval_s, MAX_DELAY_S)))
    delay_s = delay.backoff.next_s()
    delay.until_s = asyncio.get_running_loop().time() + delay_s
    metrics.JOB_ERRORS.labels(job.name).inc()
    log.error(
        "job failed",
        job=job.name,
        tenant_id=tenant_id,
        retry_in_s=round(delay_s, 1),
        exc_info=error,
    )
