"""A rebuild does no more and no less than the live consumer did, and tells nobody."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.databases import Urls
from shared.db.database import Database
from shared.messaging import Consumer, Event, stage
from shared.messaging.parked import Wanted, discard, list_parked
from shared.messaging.rebuild import NoProjection, RebuildRunning
from shared.messaging.rebuild.copying import NotRebuildable
from shared.messaging.replay import replay
from tests.shared.messaging.conftest import plain
from tests.shared.messaging.rebuild.conftest import Projection


class Bug(Exception):
    """What a wrong handler raises."""


def orders(count: int) -> list[tuple[Any, Any, int]]:
    return [(uuid4(), uuid4(), 1) for _ in range(count)]


async def test_an_interrupted_rebuild_begins_anew_or_goes_on(projection: Projection) -> None:
    told, wall = orders(60), asyncio.Event()
    half = {order for _, order, _ in told[:30]}

    async def stop_at_the_second_half(schema: str, event: Any) -> None:
        if schema != "public" and event.order_id not in half:
            wall.set()
            await asyncio.Event().wait()

    async with projection.live():
        await projection.publish(*told[:30])
        await projection.holds(30)
        await projection.publish(*told[30:])
        await projection.holds(60)
        projection.hook = stop_at_the_second_half
        projection.consumer.batch_size = 1
        interrupted = asyncio.create_task(projection.rebuild())
        await wall.wait()
        interrupted.cancel()
        with pytest.raises(asyncio.CancelledError):
            await interrupted
        reached = await projection.shadow_offset()
        projection.hook = None
        projection.seen.clear()
        resumed = await projection.rebuild(resume=True)
        again = [order for schema, order in projection.seen if schema != "public"]
        projection.seen.clear()
        anew = await projection.rebuild()

    assert 0 < reached < 60
    assert len(again) == 60 - reached
    assert len(projection.seen) == 60
    assert (resumed.equal, anew.equal) == (True, True)


async def test_what_live_handlers_parked_is_applied_by_mended_ones(projection: Projection) -> None:
    (customer, bad, _), *others = orders(5)

    async def refuse(_: str, event: Any) -> None:
        if event.order_id == bad:
            raise Bug

    projection.hook = refuse
    async with projection.live():
        await projection.publish((customer, bad, 1), (customer, uuid4(), 1), *others)
        await projection.holds(4)
        await projection.parked(2)
        projection.hook = None
        refused = await projection.rebuild()
        await projection.rebuild(accept=True)
        await projection.publish((customer, bad, 2))
        await projection.publish((uuid4(), uuid4(), 1))
        await projection.holds(7)

    assert not refused.equal
    assert (bad, 2) in await projection.rows()
    assert (await projection.count_parked(), await projection.noted_as_parked()) == (0, 0)


async def test_what_only_the_rebuild_refuses_is_parked_afterwards_and_can_be_replayed(
    projection: Projection, system: Database
) -> None:
    (customer, bad, _), *others = orders(5)

    async def refuse(schema: str, event: Any) -> None:
        if schema != "public" and event.order_id == bad:
            raise Bug

    projection.hook = refuse
    tenant = projection.tenant
    async with projection.live():
        await projection.publish((customer, bad, 1), *others)
        await projection.holds(5)
        refused = await projection.rebuild()
        before = (len(await projection.rows()), await projection.count_parked())
        await projection.rebuild(accept=True)
        after = (len(await projection.rows()), await projection.count_parked(), await projection.noted_as_parked())
        replayed = await replay(tenant.database, system, projection.consumer, Wanted(tenant_id=tenant.id))

    assert not refused.equal
    assert before == (5, 0)
    assert after == (4, 1, 1)
    assert replayed.applied == 1
    assert len(await projection.rows()) == 5
    assert await projection.noted_as_parked() == 0


async def test_what_was_given_up_stays_so(projection: Projection, system: Database) -> None:
    (customer, bad, _), *others = orders(3)

    async def refuse(_: str, event: Any) -> None:
        if event.order_id == bad:
            raise Bug

    projection.hook = refuse
    tenant = projection.tenant
    async with projection.live():
        await projection.publish((customer, bad, 1), *others)
        await projection.parked(1)
        await projection.holds(2)
        wanted = Wanted(consumer=projection.consumer.name, tenant_id=tenant.id)
        async with system.transaction() as session:
            mark = (await list_parked(session, wanted))[0].fingerprint
        await discard(system, projection.consumer.name, replace(wanted, fingerprint=mark))
        projection.hook = None
        comparison = await projection.rebuild()

    assert comparison.equal
    assert await projection.count_parked() == 0


async def test_reactions_are_not_repeated_and_nobody_is_told(projection: Projection) -> None:
    tenant, facts = projection.tenant, projection.facts
    reacted: list[Any] = []
    told: list[Any] = []

    class Told(Event, type=f"{facts.topic.removeprefix('samphan.')}.order.told.v1", key="order_id"):
        order_id: UUID

    @projection.consumer.on(facts.seen, reaction=True)
    async def react(session: AsyncSession, events: Sequence[Any]) -> None:
        reacted.extend(events)

    @projection.consumer.on(facts.seen)
    async def tell(session: AsyncSession, events: Sequence[Any]) -> None:
        told.extend(events)
        stage(session, *(Told(order_id=event.order_id) for event in events))

    waiting = "select count(*) from outbox"
    async with projection.live():
        await projection.publish(*orders(3))
        await projection.holds(3)
        before = await tenant.value(waiting)
        comparison = await projection.rebuild()

    assert comparison.equal
    assert (len(reacted), len(told)) == (3, 6)
    assert await tenant.value(waiting) == before


async def test_a_handler_that_writes_elsewhere_cannot_be_repeated(projection: Projection) -> None:
    tenant = projection.tenant

    @projection.consumer.on(projection.facts.seen)
    async def do_more(session: AsyncSession, events: Sequence[Any]) -> None:
        row = {"tenant_id": tenant.id, "id": uuid4()}
        await session.execute(text("insert into task (tenant_id, id) values (:tenant_id, :id)"), row)

    async with projection.live():
        await projection.publish(*orders(3))
        await projection.holds(3)
        tasks = await tenant.value("select count(*) from task")
        comparison = await projection.rebuild()

    assert not comparison.equal
    assert await tenant.value("select count(*) from task") == tasks
    assert len(await projection.rows()) == 3


async def test_an_inbox_goes_on_after_the_swap(projection: Projection) -> None:
    tenant, facts = projection.tenant, projection.facts
    counting = Consumer(f"{facts.consumer}.counting", tables=projection.consumer.tables)

    @counting.on(facts.seen, inbox=True)
    async def count(session: AsyncSession, events: Sequence[Any]) -> None:
        for event in events:
            add = (
                f"insert into {projection.table} as old values (:tenant_id, :id, 1)"
                " on conflict (tenant_id, id) do update set version = old.version + 1"
            )
            await session.execute(text(add), {"tenant_id": event.envelope.tenant_id, "id": event.order_id})

    projection.consumer = counting
    customer, order = uuid4(), uuid4()
    async with projection.live():
        await projection.publish(*((customer, order, version) for version in range(5)))
        await projection.holds(1)
        await projection.publish((customer, uuid4(), 1))
        await projection.holds(2)
        comparison = await projection.rebuild()
    async with tenant.database.transaction(tenant.context) as session:
        await session.execute(
            text("update consumer_offset set next = 0 where consumer = :name"), {"name": counting.name}
        )
    async with projection.live():
        await projection.publish((customer, uuid4(), 1))
        await projection.holds(3)

    assert comparison.equal
    assert (order, 5) in await projection.rows()


async def test_two_rebuilds_of_one_projection_do_not_meet(projection: Projection) -> None:
    reached, leave = asyncio.Event(), asyncio.Event()

    async def wait(schema: str, _: Any) -> None:
        if schema != "public":
            reached.set()
            await leave.wait()

    async with projection.live():
        await projection.publish(*orders(3))
        await projection.holds(3)
        projection.hook = wait
        first = asyncio.create_task(projection.rebuild())
        await reached.wait()
        with pytest.raises(RebuildRunning):
            await projection.rebuild()
        leave.set()

        assert (await first).equal


async def test_a_table_that_others_refer_to_is_not_replaced(projection: Projection, urls: Urls) -> None:
    owner = await asyncpg.connect(plain(urls.owner))
    await owner.execute(f"create view {projection.table}_view as select * from {projection.table}")
    await owner.close()

    with pytest.raises(NotRebuildable, match="_view"):
        await projection.rebuild()


async def test_the_old_tables_can_be_kept(projection: Projection, urls: Urls) -> None:
    async with projection.live():
        await projection.publish(*orders(3))
        await projection.holds(3)
        await projection.rebuild(keep=True)
    owner = await asyncpg.connect(plain(urls.owner))
    kept = await owner.fetchval(
        "select count(*) from pg_tables where schemaname = $1", f"replaced_{projection.consumer.name}"
    )
    await owner.execute(f'drop schema "replaced_{projection.consumer.name}" cascade')
    await owner.close()

    assert kept == 1


async def test_a_consumer_without_tables_has_nothing_to_make_again(projection: Projection) -> None:
    projection.consumer = Consumer("tests.reaction")

    with pytest.raises(NoProjection):
        await projection.rebuild()


async def test_a_reaction_that_must_happen_once_has_a_consumer_of_its_own(projection: Projection) -> None:
    with pytest.raises(TypeError, match="consumer without tables"):
        projection.consumer.on(projection.facts.seen, inbox=True, reaction=True)(projection.remember)
