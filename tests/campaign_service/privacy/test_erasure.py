"""A person whom nobody reaches any more."""

from uuid import UUID

from httpx import AsyncClient

from campaign_service.privacy import jobs as privacy_jobs
from campaign_service.privacy.consumer import contacts
from shared.ids import new_id
from shared.messaging.jobs import Jobs
from shared.messaging.message import Message
from shared.testing.events import dispatch, fact
from shared.testing.jobs import run_until_idle
from shared.testing.tenants import Tenant
from tests.campaign_service.audiences.test_summary import seen


def erasure(tenant: Tenant, contact_id: UUID) -> Message:
    body = {"request_id": new_id(), "contact_id": contact_id, "contact_ids": [contact_id]}
    return fact(tenant.context, "contacts.erasure.requested.v1", contact_id, 1, **body)


async def test_an_erased_contact_is_in_no_audience_whatever_comes_later(client: AsyncClient, tenant: Tenant) -> None:
    who = new_id()
    await dispatch(contacts, tenant.database, seen(tenant, "created", who, 1), erasure(tenant, who))

    await dispatch(contacts, tenant.database, seen(tenant, "updated", who, 5), seen(tenant, "snapshot", who, 9))

    assert (await client.get("/v1/audiences/summary")).json()["contacts"] == 0


async def test_the_service_answers_once_it_is_done(tenant: Tenant) -> None:
    who = new_id()
    jobs = Jobs()
    privacy_jobs.register(jobs)
    await dispatch(contacts, tenant.database, seen(tenant, "created", who, 1), erasure(tenant, who))

    await run_until_idle(jobs, tenant.database, tenant.system)

    assert await tenant.staged_types() == ["campaigns.erasure.completed.v1"]
