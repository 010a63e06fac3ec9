"""The features made again from the log while the service is live."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from analytics_service.app import create_app
from analytics_service.settings import Settings
from deploy.local.databases import prepare
from deploy.local.environment import environment
from deploy.local.keys import Keys
from deploy.local.ports import free_port
from shared.ids import new_id
from shared.messaging.event import PARTITIONS
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog
from shared.messaging.log_schema import ensure_schema
from shared.messaging.message import Message, TopicPartition
from shared.messaging.postgres_log import PostgresLog
from shared.testing.promises import unlocked_tables
from shared.testing.services import service_under_test
from shared.testing.tenants import Tenant
from tests.analytics_service.facts import (
    contact,
    contact_deleted,
    contact_merged,
    erasure,
    interaction,
    interaction_deleted,
    order,
    order_deleted,
)
from tests.analytics_service.features.rebuilding import TABLES, Ground, plant, rows_of
from tests.conftest import SERVER_URL


@pytest.fixture(params=["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
async def ground(request: pytest.FixtureRequest, keys: Keys) -> AsyncIterator[Ground]:
    """Databases of its own: a rebuild is of all tenants."""
    databases = await asyncio.to_thread(prepare, os.environ[SERVER_URL], suffix=f"_{uuid4().hex[:12]}")
    await ensure_schema(databases["log"].owner)
    log: EventLog = PostgresLog(databases["log"].system, lease_s=2.0)
    if request.param == "kafka":
        log = KafkaLog(request.getfixturevalue("kafka_bootstrap_servers"), client_id="tests")
    given = environment(databases, keys, port=free_port())
    async with service_under_test("analytics_service", "analytics", given, Settings, create_app) as service:
        yield Ground(service, log)
        await log.close()


def history(tenant: Tenant, customers: int) -> list[Message]:
    """Of each customer an order that changes, one that is deleted, a call, and for every fifth the end. Another fifth
    turn out to be the customer before them."""
    told: list[Message] = []
    before = new_id()
    for number in range(customers):
        who, kept, dropped = new_id(), new_id(), new_id()
        told += [
            contact(tenant, who),
            _of(who, order(tenant, kept, who, f"{number}.50")),
            _of(who, order(tenant, dropped, who, "10", currency="EUR")),
            _of(who, interaction(tenant, new_id(), who)),
            _of(who, order(tenant, kept, who, f"{number}.75", version=2)),
            _of(who, order_deleted(tenant, dropped, 2)),
            contact(tenant, who, 2, "wholesale"),
        ]
        if number % 5 == 0:
            told.append(contact_deleted(tenant, who, 3))
        if number % 5 == 4:
            told.append(contact_merged(tenant, who, 3, before))
        before = who
    return told


def _of(who: UUID, message: Message) -> Message:
    """Under the contact's key, as producers send it."""
    return message._replace(key=str(who))


async def test_a_projection_made_again_is_the_same_and_goes_on(ground: Ground) -> None:
    tenants = [ground.service.tenant() for _ in range(3)]
    async with ground.live():
        await ground.publish(*(each for tenant in tenants for each in history(tenant, 40)))
        await ground.settle()
        before = {table: await rows_of(tenants[0], table) for table in TABLES}

        comparison = await ground.rebuild()
        swapped = {table: await rows_of(tenants[0], table) for table in TABLES}
        await ground.publish(*history(tenants[0], 5))
        await ground.settle()
        again = await ground.rebuild()

    assert comparison.equal
    assert [table.live[tenants[0].id].rows for table in comparison.tables] == [80, 40, 40, 8]
    assert (swapped["features"], swapped["successors"]) == (before["features"], before["successors"])
    assert await tenants[0].count("features") == 45
    assert again.equal


async def test_nobody_notices_a_rebuild_who_reads_and_writes_meanwhile(ground: Ground) -> None:
    tenant = ground.service.tenant()
    who = new_id()
    done = asyncio.Event()
    refused: list[tuple[int, str]] = []
    read = 0

    async def write() -> int:
        versions = 1
        while not done.is_set():
            versions += 1
            await ground.publish(contact(tenant, who, versions), *history(tenant, 3))
            await asyncio.sleep(0.01)
        return versions

    async def keep_reading() -> None:
        nonlocal read
        async with ground.service.client(tenant) as client:
            while not done.is_set():
                for path in (f"/v1/contacts/{who}/metrics", "/v1/analytics/trends?currency=THB"):
                    answer = await client.get(path)
                    read += 1
                    if answer.status_code != 200:
                        refused.append((answer.status_code, answer.text))

    async with ground.live():
        await ground.publish(contact(tenant, who), *history(tenant, 50))
        await ground.settle()
        writer = asyncio.create_task(write())
        readers = [asyncio.create_task(keep_reading()) for _ in range(4)]
        comparison = await ground.rebuild()
        done.set()
        versions = await writer
        await asyncio.gather(*readers)
        await ground.settle()
        last = await ground.rebuild()

    assert refused == []
    assert read > 20
    assert (comparison.equal, last.equal) == (True, True)
    stored = {row[1]: row[2] for row in await rows_of(tenant, "features")}
    assert stored[who] == versions


async def test_a_wrong_row_is_found_and_mended_only_if_that_is_accepted(ground: Ground) -> None:
    tenant, other = ground.service.tenant(), ground.service.tenant()
    stray = new_id()
    async with ground.live():
        await ground.publish(*history(tenant, 10), *history(other, 10))
        await ground.settle()
        right = await rows_of(tenant, "features")
        await plant(tenant, "update features set revenue = revenue + 1 where contact_id = :id", id=right[3][1])
        stray_row = "insert into known_orders (tenant_id, id, version, counted) values (:of, :id, 1, false)"
        await plant(tenant, stray_row, of=tenant.id, id=stray)
        wrong = await rows_of(tenant, "features")

        refused = await ground.rebuild()
        still_wrong = await rows_of(tenant, "features")
        accepted = await ground.rebuild(resume=True, accept=True)

    assert {table.name: table.differing for table in refused.tables} == {
        "known_orders": [tenant.id], "known_interactions": [], "features": [tenant.id],
        "successors": [],
    }  # fmt: skip
    assert still_wrong == wrong
    assert not accepted.equal
    assert await rows_of(tenant, "features") == right
    assert stray not in [row[1] for row in await rows_of(tenant, "known_orders")]


async def test_the_new_tables_are_as_well_locked_and_indexed_as_the_old(ground: Ground) -> None:
    shape = f"""
        select tablename, indexname, indexdef from pg_indexes where schemaname = 'public' and tablename in {TABLES}
        union all select tablename, policyname, roles::text || cmd || qual || with_check from pg_policies
        where schemaname = 'public'
        union all select relname, 'acl', relacl::text from pg_class where relnamespace = 'public'::regnamespace
        union all select table_name, column_name, data_type || coalesce(column_default, '') || is_nullable
        from information_schema.columns where table_schema = 'public'
        union all select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
        where connamespace = 'public'::regnamespace
        union all select relname, 'security', relrowsecurity || ',' || relforcerowsecurity from pg_class
        where relnamespace = 'public'::regnamespace order by 1, 2, 3
    """
    numbers = f"select oid from pg_class where relname in {TABLES} and relnamespace = 'public'::regnamespace"
    tenant = ground.service.tenant()
    async with ground.live():
        await ground.publish(*history(tenant, 5))
        await ground.settle()
        old, before = await ground.owned(shape), await ground.owned(numbers)

        await ground.rebuild()

    assert await ground.owned(shape) == old
    assert not set(await ground.owned(numbers)) & set(before)
    assert await unlocked_tables(ground.service) == []
    assert await ground.service.tenant().count("features") == 0
    assert await ground.owned("select nspname from pg_namespace where nspname ~ 'analytics'") == []


@pytest.mark.parametrize("ground", ["postgres"], indirect=True)  # nobody can make Kafka delete at once what others use
async def test_what_the_log_no_longer_has_comes_from_snapshots(ground: Ground) -> None:
    tenant = ground.service.tenant()
    assert isinstance(ground.log, PostgresLog)
    told = history(tenant, 20)
    async with ground.live():
        await ground.publish(*told)
        await ground.settle()
        right = await rows_of(tenant, "features")
        await ground.log.prune(timedelta(0))
        forgetful = await ground.rebuild()
        await ground.publish(*snapshots(told))
        await ground.settle()
        complete = await ground.rebuild(accept=True)

    assert [tenant.id in table.differing for table in forgetful.tables] == [True] * 4
    assert [tenant.id in table.differing for table in complete.tables] == [False] * 4
    assert await rows_of(tenant, "features") == right


def snapshots(told: list[Message]) -> list[Message]:
    """Of each record the newest state, as `snapshot` of its service tells it."""
    newest = {message.subject: message for message in told}
    return [message._replace(event_id=new_id(), type=_snapshot_type(message.type)) for message in newest.values()]


def _snapshot_type(event_type: str) -> str:
    service, record, what, version = event_type.split(".")
    return ".".join([service, record, "tombstone" if what in ("deleted", "merged") else "snapshot", version])


async def test_an_erased_customer_stays_erased_when_the_projection_is_made_again(ground: Ground) -> None:
    tenant, who, kept, call = ground.service.tenant(), new_id(), new_id(), new_id()
    facts = [
        contact(tenant, who),
        _of(who, order(tenant, kept, who, "100.00")),
        _of(who, interaction(tenant, call, who)),
        erasure(tenant, who),
        order(tenant, kept, None, "100.00", version=2),
        _of(who, interaction_deleted(tenant, call, 2)),
        contact(tenant, who, 7, "wholesale"),
    ]
    async with ground.live():
        await ground.publish(*facts)
        await ground.settle()
    await forget(ground.log, tenant, who)

    comparison = await ground.rebuild()

    assert comparison.equal, list(comparison.lines())
    _, _, _, deleted, created_at, customer_class, order_count, *_ = await features_of(tenant, who)
    assert (deleted, created_at, customer_class, order_count) == (True, None, None, 0)


async def features_of(tenant: Tenant, who: UUID) -> Sequence[object]:
    return next(row for row in await rows_of(tenant, "features") if row[1] == who)


async def forget(log: EventLog, tenant: Tenant, who: UUID) -> None:
    for topic in ("samphan.contacts", "samphan.interactions"):
        for number in range(PARTITIONS):
            await log.forget(TopicPartition(topic, number), tenant.id, [str(who)])
