"""Batches that touch the same customers wait for each other, and never in a circle."""

import asyncio

from analytics_service.features.consumer import features
from shared.ids import new_id
from shared.testing.events import dispatch
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.analytics_service.facts import contact, interaction, order


async def test_contacts_and_what_happens_with_them_arrive_at_once(service: ServiceUnderTest, tenant: Tenant) -> None:
    who = sorted(new_id() for _ in range(60))
    rounds = range(1, 26)

    for version in rounds:
        contacts = [contact(tenant, each, version) for each in who]
        facts = [
            *(order(tenant, new_id(), each, "10") for each in who[30:]),
            *(interaction(tenant, new_id(), each) for each in who[:30]),
        ]
        await asyncio.gather(
            dispatch(features, service.database, *contacts), dispatch(features, service.database, *facts)
        )

    assert await tenant.count("features") == 60
    assert await tenant.count("known_orders") == 30 * len(rounds)
