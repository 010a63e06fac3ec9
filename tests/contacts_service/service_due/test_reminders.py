"""`service.due` goes out ahead of time, once for each due, whatever happens meanwhile."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from contacts_service.service_due import jobs as service_due
from contacts_service.service_due.models import ServiceDue
from contacts_service.service_due.service import remind
from contacts_service.service_policies import spreading
from shared.ids import new_id
from shared.messaging.jobs import Jobs, claim, run_once
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.service_due.asking import due, policy, read, serve
from tests.contacts_service.service_due.conftest import NewAsset, Work

TODAY = datetime.now(UTC).date()
BODIES = text("select body from outbox where tenant_id = :tenant_id and type = 'contacts.service.due.v1' order by id")


async def reminders(tenant: Tenant) -> list[dict[str, Any]]:
    async with tenant.system.transaction() as session:
        return list(await session.scalars(BODIES, {"tenant_id": tenant.id}))


def a_year_ago(days: int) -> str:
    """The day of purchase of what is due in so many days by a policy of twelve months."""
    day = TODAY + timedelta(days=days)
    return date(day.year - 1, day.month, min(day.day, 28)).isoformat()


async def test_the_reminder_goes_out_once_within_the_lead_time(
    client: AsyncClient, tenant: Tenant, new_asset: NewAsset, work: Work
) -> None:
    await policy(client, every_months=12, lead_days=30)
    soon, later = await new_asset(purchased_on=a_year_ago(20)), await new_asset(purchased_on=a_year_ago(90))

    await work()
    await work()

    [body] = await reminders(tenant)
    [found] = await due(client, soon)
    assert (body["asset_id"], body["due_on"], body["service"], body["reminder"]) == (
        soon, found["due_on"], "ตรวจเช็กระยะ", 1
    )  # fmt: skip
    assert (found["remind_at"], found["reminders"]) == (None, 1)
    assert (await due(client, later))[0]["reminders"] == 0


@pytest.mark.parametrize(
    ("zone", "clock", "instant"),
    [("Asia/Bangkok", "09:00", "2030-05-18T02:00:00.000Z"), ("America/New_York", "08:30", "2030-05-18T12:30:00.000Z")],
)
async def test_lead_time_and_clock_are_of_the_policys_own_zone(
    client: AsyncClient, new_asset: NewAsset, zone: str, clock: str, instant: str
) -> None:
    await policy(client, every_months=12, lead_days=14, remind_time=clock, time_zone=zone)
    asset = await new_asset(purchased_on="2029-06-01")

    [found] = await due(client, asset)

    assert (found["due_on"], found["remind_at"]) == ("2030-06-01", instant)


async def test_a_forecast_that_moves_is_not_told_of_again_but_a_new_due_is(
    client: AsyncClient, tenant: Tenant, new_asset: NewAsset, work: Work
) -> None:
    made = await policy(client, every_months=12, every_usage=10_000, usage_unit="km", lead_days=365)
    asset = await new_asset(purchased_on=a_year_ago(20))
    await work()

    await client.patch(f"/v1/service-policies/{made['id']}", json={"every_months": 11})
    await read(client, asset, 20_000, TODAY.isoformat())
    await work()
    told_once = len(await reminders(tenant))
    await serve(client, asset, TODAY.isoformat(), usage=20_000)
    await work()

    assert told_once == 1
    assert [body["reminder"] for body in await reminders(tenant)] == [1, 1]


async def test_a_snoozed_due_is_told_of_again_at_its_moment_and_not_before(
    client: AsyncClient, service: ServiceUnderTest, tenant: Tenant, new_asset: NewAsset, work: Work
) -> None:
    await policy(client, every_months=12, lead_days=30)
    asset = await new_asset(purchased_on=a_year_ago(20))
    await work()
    [found] = await due(client, asset)
    until = datetime.now(UTC) + timedelta(days=3)

    answer = await client.post(f"/v1/service-due/{found['id']}/snooze", json={"until": until.isoformat()})
    await client.patch(f"/v1/assets/{asset}", json={"model": "Hilux"})
    await work()
    before = len(await reminders(tenant))
    jobs = Jobs()
    service_due.register(jobs)
    async with service.database.transaction(tenant.context) as session:
        await jobs.jobs[0].run(session, until + timedelta(seconds=1))

    assert (answer.status_code, before) == (204, 1)
    assert [body["reminder"] for body in await reminders(tenant)] == [1, 2]


async def test_snoozing_into_the_past_or_what_is_unknown_is_refused(client: AsyncClient, new_asset: NewAsset) -> None:
    await policy(client, every_months=12)
    [found] = await due(client, await new_asset())

    past = await client.post(f"/v1/service-due/{found['id']}/snooze", json={"until": "2020-01-01T00:00:00Z"})
    unknown = await client.post(f"/v1/service-due/{new_id()}/snooze", json={"until": "2090-01-01T00:00:00Z"})

    assert (past.status_code, past.json()["code"]) == (422, "snoozed_into_the_past")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "service_due_not_found")


async def test_workers_at_once_tell_of_each_due_once(
    client: AsyncClient, service: ServiceUnderTest, tenant: Tenant, new_asset: NewAsset
) -> None:
    await policy(client, every_months=12, lead_days=30)
    for _ in range(6):
        await new_asset(purchased_on=a_year_ago(10))
    workers = []
    for _ in range(4):
        jobs = Jobs()
        service_due.register(jobs)
        workers.append(run_once(jobs.jobs[0], service.database, service.system, datetime.now(UTC)))

    await asyncio.gather(*workers)

    assert len({body["due_id"] for body in await reminders(tenant)}) == len(await reminders(tenant)) == 6


async def remind_and_die(service: ServiceUnderTest, tenant: Tenant) -> None:
    async with service.database.transaction(tenant.context) as session:
        waiting = claim(ServiceDue, where=[ServiceDue.remind_at.is_not(None)], limit=9)
        await remind(session, (await session.scalars(waiting)).all(), datetime.now(UTC))
        raise ConnectionError("the worker's host is gone")


async def test_a_worker_that_dies_before_its_commit_leaves_the_reminder_to_the_next(
    client: AsyncClient, service: ServiceUnderTest, tenant: Tenant, new_asset: NewAsset, work: Work
) -> None:
    await policy(client, every_months=12, lead_days=30)
    await new_asset(purchased_on=a_year_ago(10))

    with pytest.raises(ConnectionError):
        await remind_and_die(service, tenant)
    lost = await reminders(tenant)
    await work()

    assert lost == []
    assert len(await reminders(tenant)) == 1


async def test_a_policy_reaches_the_assets_beyond_its_first_step(
    client: AsyncClient, service: ServiceUnderTest, tenant: Tenant, new_asset: NewAsset, work: Work
) -> None:
    await new_asset(purchased_on="2029-01-01")
    copies = text("""
        insert into assets (tenant_id, id, version, created_at, updated_at, contact_id, name, kind, kind_key, brand_key,
          model_key, status, service_policy_ids, external_ids, tags, purchased_on)
        select tenant_id, gen_random_uuid(), 1, now(), now(), contact_id, name, kind, kind_key, brand_key, model_key,
          status, service_policy_ids, external_ids, tags, purchased_on
        from assets, generate_series(1, :number)
    """)
    async with service.database.transaction(tenant.context) as session:
        await session.execute(copies, {"number": spreading.STEP + 10})

    made = await policy(client, every_months=12)
    at_first = await tenant.count("service_dues")
    await work()

    assert at_first == spreading.STEP
    assert await tenant.count("service_dues") == spreading.STEP + 11
    assert await tenant.count("service_policy_spreads") == 0
    assert (await client.get(f"/v1/service-policies/{made['id']}")).json() == made
