"""Due work is done once, by whichever worker comes first."""

import asyncio
from collections import Counter
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db.database import Database
from shared.db.record import now
from shared.errors import Outdated
from shared.messaging import Jobs, claim
from shared.messaging.failures import is_transient
from shared.messaging.jobs import run_job, run_once
from tests.shared.messaging.conftest import Tenant, eventually


class Base(DeclarativeBase):
    pass


class Task(Base):
    __tablename__ = "task"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    done_by: Mapped[str | None]


async def add_tasks(database: Database, tenant: Tenant, count: int) -> None:
    async with database.transaction(tenant.context) as session:
        session.add_all([Task(tenant_id=tenant.id, id=uuid4()) for _ in range(count)])


def due(*tenants: Tenant) -> "select[tuple[UUID]]":  # type: ignore[valid-type]
    return select(Task.tenant_id).where(Task.done_by.is_(None), Task.tenant_id.in_([each.id for each in tenants]))


async def test_two_workers_share_the_work_and_do_each_task_once(
    database: Database, system: Database, tenant: Tenant
) -> None:
    await add_tasks(database, tenant, 200)
    done: Counter[UUID] = Counter()
    stop = asyncio.Event()

    def worker(name: str) -> Jobs:
        jobs = Jobs()

        @jobs.every(seconds=0.1, due=due(tenant))
        async def do_tasks(session: AsyncSession, now: datetime) -> int:
            tasks = (await session.scalars(claim(Task, where=[Task.done_by.is_(None)], limit=7))).all()
            for task in tasks:
                task.done_by = name
                done[task.id] += 1
            await asyncio.sleep(0.005)
            return len(tasks)

        return jobs

    running = [asyncio.create_task(run_job(worker(name).jobs[0], database, system, stop)) for name in ("one", "other")]
    await eventually(lambda: _all_done(tenant))
    stop.set()
    await asyncio.gather(*running)

    assert len(done) == 200
    assert set(done.values()) == {1}
    assert len(await tenant.rows("select distinct done_by from task")) == 2


async def test_a_tenant_whose_job_fails_holds_up_no_other(database: Database, system: Database, tenant: Tenant) -> None:
    other = Tenant(uuid4(), database, tenant.owner_dsn)
    for each in (tenant, other):
        await add_tasks(database, each, 1)
    jobs = Jobs()

    @jobs.every(seconds=1, due=due(tenant, other))
    async def do_tasks(session: AsyncSession, now: datetime) -> int:
        [task] = (await session.scalars(claim(Task, where=[Task.done_by.is_(None)], limit=5))).all()
        if task.tenant_id == tenant.id:
            raise ZeroDivisionError
        task.done_by = "me"
        return 1

    done = await run_once(jobs.jobs[0], database, system, now())

    assert done == 1
    assert await tenant.rows("select done_by from task") == [(None,)]
    assert await other.rows("select done_by from task") == [("me",)]


async def _all_done(tenant: Tenant) -> bool:
    return await tenant.value("select count(*) from task where done_by is null") == 0


async def test_work_that_began_with_outdated_knowledge_is_done_once_more_at_once(
    database: Database, system: Database, tenant: Tenant
) -> None:
    await add_tasks(database, tenant, 1)
    jobs, knowledge = Jobs(), [1]

    @jobs.every(seconds=60, due=due(tenant))
    async def do_tasks(session: AsyncSession, now: datetime) -> int:
        (task,) = (await session.scalars(claim(Task, where=[Task.done_by.is_(None)], limit=1))).all()
        task.done_by = "me"
        await session.flush()
        if knowledge:
            knowledge.clear()
            raise Outdated
        return 1

    rounds = [await run_once(jobs.jobs[0], database, system, now()) for _ in range(3)]

    assert rounds == [1, 1, 0]


@pytest.mark.parametrize(
    "error", [Outdated(), asyncpg.InternalClientError("another operation is in progress")], ids=type
)
def test_what_passes_parks_no_event(error: Exception) -> None:
    assert is_transient(error)
