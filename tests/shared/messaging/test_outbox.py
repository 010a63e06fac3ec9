"""An event exists if, and only if, its transaction commits."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.database import Database, bind_tenant
from shared.messaging import outbox, stage, stage_many, staged
from shared.messaging.outbox import write_staged
from shared.observability.context import Context
from tests.shared.messaging.conftest import Facts, Tenant

MINE = """
select type, key, subject, version, headers ->> 'correlationid' from outbox where topic = :topic order by partition, id
"""


async def test_a_commit_writes_what_was_staged(database: Database, tenant: Tenant, facts: Facts) -> None:
    event = facts.placed(customer_id=uuid4(), order_id=uuid4(), version=7)

    async with database.transaction(tenant.context) as session:
        stage(session, event)

    rows = await tenant.rows(MINE, topic=facts.topic)
    assert rows == [(event.event_type, event.key, event.subject, 7, "request-1")]


async def test_what_is_staged_is_visible_before_the_commit(database: Database, tenant: Tenant, facts: Facts) -> None:
    event = facts.placed(customer_id=uuid4(), order_id=uuid4())

    async with database.transaction(tenant.context) as session:
        stage(session, event)
        seen = staged(session)

    assert [(row.type, row.subject, row.body) for row in seen] == [
        (event.event_type, event.subject, event.model_dump_json())
    ]


async def test_a_rollback_stages_nothing(database: Database, tenant: Tenant, facts: Facts) -> None:
    async def fail() -> None:
        async with database.transaction(tenant.context) as session:
            stage(session, facts.placed(customer_id=uuid4(), order_id=uuid4()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await tenant.rows(MINE, topic=facts.topic) == []


async def test_only_the_events_of_a_savepoint_go_with_it(database: Database, tenant: Tenant, facts: Facts) -> None:
    async def fail(session: AsyncSession) -> None:
        async with session.begin_nested():
            stage(session, facts.placed(customer_id=uuid4(), order_id=uuid4(), version=2))
            raise ZeroDivisionError

    async with database.transaction(tenant.context) as session:
        stage(session, facts.placed(customer_id=uuid4(), order_id=uuid4(), version=1))
        with pytest.raises(ZeroDivisionError):
            await fail(session)
        async with session.begin_nested():
            stage(session, facts.placed(customer_id=uuid4(), order_id=uuid4(), version=3))

    rows = await tenant.rows(MINE, topic=facts.topic)
    assert {row[3] for row in rows} == {1, 3}


async def test_events_of_one_key_keep_their_order(database: Database, tenant: Tenant, facts: Facts) -> None:
    customer_id = uuid4()

    async with database.transaction(tenant.context) as session:
        stage(session, *(facts.placed(customer_id=customer_id, order_id=uuid4(), version=n) for n in range(40)))

    assert [row[3] for row in await tenant.rows(MINE, topic=facts.topic)] == list(range(40))


async def test_a_commit_wakes_the_relay_of_its_database_only(
    database: Database, system: Database, tenant: Tenant, facts: Facts
) -> None:
    ours, others = outbox.wakes(database.engine), outbox.wakes(system.engine)

    async with database.transaction(tenant.context) as session:
        stage(session, facts.placed(customer_id=uuid4(), order_id=uuid4()))
        await write_staged(session)
        assert not ours.is_set()

    assert ours.is_set()
    assert not others.is_set()


async def test_one_transaction_may_stage_for_several_tenants(database: Database, tenant: Tenant, facts: Facts) -> None:
    other = Tenant(uuid4(), database, tenant.owner_dsn)

    async with database.transaction() as session:
        for each in (tenant, other):
            await bind_tenant(session, each.context)
            stage(session, facts.placed(customer_id=uuid4(), order_id=uuid4()))
            await write_staged(session)

    assert len(await tenant.rows(MINE, topic=facts.topic)) == 1
    assert len(await other.rows(MINE, topic=facts.topic)) == 1


async def test_many_events_are_written_in_order(database: Database, tenant: Tenant, facts: Facts) -> None:
    customer_id = uuid4()
    many = (facts.placed(customer_id=customer_id, order_id=uuid4(), version=n) for n in range(12_000))

    async with database.transaction(tenant.context) as session:
        count = await stage_many(session, many)

    assert count == 12_000
    rows = await tenant.rows(MINE, topic=facts.topic)
    assert [row[3] for row in rows] == list(range(12_000))


async def test_sql_may_write_the_outbox_with_its_change(database: Database, tenant: Tenant, facts: Facts) -> None:
    write = """
        insert into outbox (tenant_id, topic, key, type, subject, version, headers, body)
        select :tenant_id, :topic, n::text, :type, n::text, n, '{}', json_build_object('n', n) from generate_series(1,
        3) as n
    """
    names = {"tenant_id": tenant.id, "topic": facts.topic, "type": facts.placed.event_type}

    async with database.transaction(tenant.context) as session:
        await session.execute(text(write), names)

    rows = await tenant.rows("select event_id, time from outbox where topic = :topic", topic=facts.topic)
    assert len({row[0] for row in rows}) == 3
    assert all(str(row[0])[14] == "7" for row in rows)


async def test_nothing_is_staged_without_a_tenant(database: Database, facts: Facts) -> None:
    async with database.transaction() as session:
        with pytest.raises(LookupError):
            stage(session, facts.placed(customer_id=uuid4(), order_id=uuid4()))


async def test_no_tenant_sees_or_writes_anothers_events(database: Database, tenant: Tenant, facts: Facts) -> None:
    async with database.transaction(tenant.context) as session:
        stage(session, facts.placed(customer_id=uuid4(), order_id=uuid4()))

    stranger = Tenant(uuid4(), database, tenant.owner_dsn)

    assert await stranger.rows(MINE, topic=facts.topic) == []
    assert Context(tenant_id=stranger.id) != stranger.context
