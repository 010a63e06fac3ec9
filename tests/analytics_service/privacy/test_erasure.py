"""A customer goes from what is learnt; the business's sums stay."""

from httpx import AsyncClient
from sqlalchemy import text

from analytics_service.privacy import jobs as privacy_jobs
from analytics_service.privacy.consumer import features
from shared.ids import new_id
from shared.messaging.jobs import Jobs
from shared.testing.events import dispatch
from shared.testing.jobs import run_until_idle
from shared.testing.tenants import Tenant
from tests.analytics_service.facts import contact, erasure, interaction, order

ANSWERS = text("""
select body from outbox where tenant_id = :tenant_id and type = 'analytics.erasure.completed.v1'
""")
REVENUE = text("select sum(amount) from known_orders where counted")


async def test_revenue_stays_and_the_customer_does_not(client: AsyncClient, tenant: Tenant) -> None:
    who, bought = new_id(), new_id()
    known = [contact(tenant, who), order(tenant, bought, who, "100.00"), interaction(tenant, new_id(), who)]
    await dispatch(features, tenant.database, *known)

    await dispatch(features, tenant.database, erasure(tenant, who))
    await dispatch(features, tenant.database, order(tenant, bought, None, "100.00", version=2))

    async with tenant.database.transaction(tenant.context) as session:
        revenue = await session.scalar(REVENUE)
    metrics = await client.get(f"/v1/contacts/{who}/metrics")
    assert revenue == 100
    assert (metrics.status_code, metrics.json()["code"]) == (410, "resource_deleted")


async def test_the_answer_counts_what_was_known(tenant: Tenant) -> None:
    who = new_id()
    known = [contact(tenant, who), order(tenant, new_id(), who, "100.00"), interaction(tenant, new_id(), who)]
    await dispatch(features, tenant.database, *known, erasure(tenant, who))
    jobs = Jobs()
    privacy_jobs.register(jobs)

    await run_until_idle(jobs, tenant.database, tenant.system)

    async with tenant.system.transaction() as session:
        [answer] = (await session.scalars(ANSWERS, {"tenant_id": tenant.id})).all()
    assert answer["counts"] == {"features": 1, "known_interactions": 1, "known_orders": 1}


async def test_facts_that_were_late_come_to_nothing(client: AsyncClient, tenant: Tenant) -> None:
    who, bought = new_id(), new_id()
    await dispatch(features, tenant.database, contact(tenant, who), erasure(tenant, who))

    await dispatch(features, tenant.database, order(tenant, bought, who, "100.00"), contact(tenant, who, 9))
    await dispatch(features, tenant.database, order(tenant, bought, None, "100.00", version=2))

    metrics = await client.get(f"/v1/contacts/{who}/metrics")
    assert metrics.status_code == 410
    async with tenant.database.transaction(tenant.context) as session:
        row = (await session.execute(text("select order_count, revenue, customer_class from features"))).one()
    assert tuple(row) == (0, 0, None)
