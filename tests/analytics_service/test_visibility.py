"""Figures of somebody who sees only his own customers are those of his own customers."""

from uuid import UUID

from analytics_service.features.consumer import features
from shared.auth import Visibility
from shared.ids import new_id
from shared.messaging.message import Message
from shared.testing.events import dispatch, fact
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.analytics_service.facts import MORNING, order

MONTH = {"from": "2026-01", "to": "2026-01"}


def owned(tenant: Tenant, contact_id: UUID, owner_id: UUID, version: int = 1) -> Message:
    what = "created" if version == 1 else "updated"
    body = {"contact_id": contact_id, "customer_class": "retail", "created_at": MORNING, "owner_id": owner_id}
    return fact(tenant.context, f"contacts.contact.{what}.v1", contact_id, version, **body)


async def test_metrics_and_trends_are_of_own_customers(service: ServiceUnderTest, tenant: Tenant) -> None:
    ploy = tenant.colleague(Visibility.OWN)
    mine, other = new_id(), new_id()
    told = [owned(tenant, mine, ploy.actor_id), owned(tenant, other, new_id())]
    bought = [order(tenant, new_id(), mine, "10.00"), order(tenant, new_id(), other, "90.00")]
    await dispatch(features, service.database, *told, *bought)
    async with service.client(ploy) as client, service.client(tenant) as boss:
        statuses = [(await client.get(f"/v1/contacts/{each}/metrics")).status_code for each in (mine, other)]
        months = [(await each.get("/v1/analytics/trends", params=MONTH)).json()["data"][0] for each in (client, boss)]

    assert statuses == [200, 404]
    assert [month["revenue"]["amount"] for month in months] == ["10.00", "100.00"]
    assert [(month["orders"], month["customers"]) for month in months] == [(1, 1), (2, 2)]


async def test_figures_follow_a_customer_to_his_new_owner(service: ServiceUnderTest, tenant: Tenant) -> None:
    ploy, james = tenant.colleague(Visibility.OWN), tenant.colleague(Visibility.OWN)
    who = new_id()
    await dispatch(features, service.database, owned(tenant, who, ploy.actor_id))

    await dispatch(features, service.database, owned(tenant, who, james.actor_id, 2), owned(tenant, who, ploy.actor_id))

    async with service.client(ploy) as one, service.client(james) as other:
        statuses = [(await each.get(f"/v1/contacts/{who}/metrics")).status_code for each in (one, other)]
    assert statuses == [404, 200]
