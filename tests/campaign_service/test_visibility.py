"""Audiences of somebody who sees only his own or his team's customers; teams are learnt on either transport."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import pytest

from campaign_service.audiences.consumer import contacts
from campaign_service.worker import CONSUMERS
from shared.auth import Visibility
from shared.ids import new_id
from shared.messaging.kafka import KafkaLog
from shared.messaging.log import EventLog
from shared.messaging.log_schema import ensure_schema
from shared.messaging.message import Message, TopicPartition
from shared.messaging.postgres_log import PostgresLog
from shared.messaging.running import Running
from shared.teams import teams_consumer
from shared.testing.events import dispatch, fact
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.campaign_service.audiences.test_summary import gone, seen, summary

TEAMS = CONSUMERS[-1]
AT = TopicPartition("samphan.contacts", 0)


def team(tenant: Tenant, what: str, team_id: UUID, version: int, members: Sequence[UUID] = ()) -> Message:
    body = {"team_id": team_id, "member_ids": list(members)} if what != "deleted" else {"team_id": team_id}
    return fact(tenant.context, f"contacts.team.{what}.v1", team_id, version, **body)


@pytest.fixture(params=["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
async def log(request: pytest.FixtureRequest) -> AsyncIterator[EventLog]:
    if request.param == "kafka":
        log: EventLog = KafkaLog(request.getfixturevalue("kafka_bootstrap_servers"), client_id="tests")
    else:
        databases = request.getfixturevalue("databases")
        await ensure_schema(databases["log"].owner)
        log = PostgresLog(databases["log"].system, lease_s=2.0)
    yield log
    await log.close()


async def counted(service: ServiceUnderTest, user: Tenant) -> int:
    async with service.client(user) as client:
        return int((await summary(client))["contacts"])


async def test_own_customers_alone_are_counted_and_follow_their_owner(
    service: ServiceUnderTest, tenant: Tenant
) -> None:
    ploy, james = tenant.colleague(Visibility.OWN), tenant.colleague(Visibility.OWN)
    ids = [new_id() for _ in range(3)]
    owned = [seen(tenant, "created", each, 1, owner_id=ploy.actor_id) for each in ids]
    await dispatch(contacts, service.database, *owned, seen(tenant, "created", new_id(), 1))
    before = [await counted(service, user) for user in (tenant, ploy, james)]

    moved = seen(tenant, "updated", ids[0], 2, owner_id=james.actor_id)
    await dispatch(contacts, service.database, moved, gone(tenant, ids[1], 2))

    assert before == [4, 3, 0]
    assert [await counted(service, user) for user in (tenant, ploy, james)] == [3, 1, 1]


async def test_the_newest_team_counts_in_whatever_order_it_is_told(service: ServiceUnderTest, tenant: Tenant) -> None:
    mali, ploy, team_id = tenant.colleague(Visibility.TEAM), new_id(), new_id()
    await dispatch(contacts, service.database, seen(tenant, "created", new_id(), 1, owner_id=ploy))
    both = [mali.actor_id, ploy]
    told = [team(tenant, "updated", team_id, 2, both), team(tenant, "created", team_id, 1, [mali.actor_id])]
    before = await counted(service, mali)

    await dispatch(TEAMS, service.database, told[0])
    await dispatch(TEAMS, service.database, *told)
    together = await counted(service, mali)
    await dispatch(TEAMS, service.database, team(tenant, "deleted", team_id, 3), told[0])

    assert (before, together, await counted(service, mali)) == (0, 1, 0)


async def test_a_new_member_sees_the_teams_customers(service: ServiceUnderTest, tenant: Tenant, log: EventLog) -> None:
    mali, ploy = tenant.colleague(Visibility.TEAM), new_id()
    await dispatch(contacts, service.database, seen(tenant, "created", new_id(), 1, owner_id=ploy))
    stop = asyncio.Event()
    learning = teams_consumer(f"tests_{new_id().hex}")  # of its own: another transport has other offsets
    task = asyncio.create_task(Running(learning, service.database, log).run(stop))

    await log.append(AT, [team(tenant, "created", new_id(), 1, [mali.actor_id, ploy])])
    for _ in range(600):
        if await counted(service, mali):
            break
        await asyncio.sleep(0.05)
    stop.set()
    await task

    assert await counted(service, mali) == 1
