"""What campaigns know of contacts, whatever the order in which it was told."""

import itertools
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from campaign_service.audiences.consumer import contacts
from shared.ids import new_id
from shared.messaging.message import Message
from shared.testing.events import dispatch, fact
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant


def seen(tenant: Tenant, what: str, contact_id: UUID, version: int, **changes: Any) -> Message:
    body = {
        "contact_id": contact_id,
        "full_name": "สมชาย ใจดี",
        "emails": ["somchai@example.com"],
        "phones": ["+66812345678"],
        "language": "th",
        "sex": None,
        "birthday": {"year": None, "month": 4, "day": 13},
        "home_province": "กรุงเทพมหานคร",
        "customer_class": "retail",
        "lifecycle_stage": "customer",
        "owner_id": None,
        "tags": ["VIP"],
        **changes,
    }
    return fact(tenant.context, f"contacts.contact.{what}.v1", contact_id, version, **body)


def gone(tenant: Tenant, contact_id: UUID, version: int) -> Message:
    return fact(tenant.context, "contacts.contact.deleted.v1", contact_id, version, contact_id=contact_id)


async def summary(client: AsyncClient) -> Any:
    response = await client.get("/v1/audiences/summary")
    assert response.status_code == 200, response.text
    return response.json()


async def test_contacts_are_counted_by_language_class_stage_and_channel(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    thai = seen(tenant, "created", new_id(), 1)
    english = seen(tenant, "created", new_id(), 1, language="en", customer_class=None, phones=[])
    silent = seen(tenant, "created", new_id(), 1, emails=[], phones=[], lifecycle_stage=None)

    await dispatch(contacts, service.database, thai, english, silent)

    assert await summary(client) == {
        "contacts": 3,
        "reachable": {"email": 2, "phone": 1, "any": 2},
        "by_language": [{"value": "th", "contacts": 2}, {"value": "en", "contacts": 1}],
        "by_customer_class": [{"value": "retail", "contacts": 2}, {"value": None, "contacts": 1}],
        "by_lifecycle_stage": [{"value": "customer", "contacts": 2}, {"value": None, "contacts": 1}],
    }


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_the_newest_version_wins_in_any_order(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient, order: tuple[int, ...]
) -> None:
    contact_id = new_id()
    history = [
        seen(tenant, "created", contact_id, 1),
        seen(tenant, "updated", contact_id, 2, language="en"),
        gone(tenant, contact_id, 3),
        seen(tenant, "restored", contact_id, 4, language="de"),
    ]

    for index in order:
        await dispatch(contacts, service.database, history[index])

    assert (await summary(client))["by_language"] == [{"value": "de", "contacts": 1}]


async def test_of_a_deleted_contact_only_its_version_is_kept(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    contact_id = new_id()
    created = seen(tenant, "created", contact_id, 1)

    await dispatch(contacts, service.database, created)
    await dispatch(contacts, service.database, gone(tenant, contact_id, 2), created)

    assert (await summary(client))["contacts"] == 0
    assert await tenant.count("known_contacts where full_name is null and email is null and tags = '{}'") == 1


async def test_tenants_see_their_own_contacts_only(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    other, contact_id = service.tenant(), new_id()

    await dispatch(contacts, service.database, seen(tenant, "created", contact_id, 1))
    await dispatch(contacts, service.database, seen(other, "updated", contact_id, 5, language="en"))

    assert (await summary(client))["by_language"] == [{"value": "th", "contacts": 1}]
    async with service.client(other) as others:
        assert (await summary(others))["by_language"] == [{"value": "en", "contacts": 1}]


async def test_the_scope_is_required(service: ServiceUnderTest, tenant: Tenant) -> None:
    async with service.client(tenant, "contacts:read") as client:
        response = await client.get("/v1/audiences/summary")

    assert response.status_code == 403
    assert response.json()["code"] == "insufficient_scope"


async def test_a_merged_contact_is_counted_again_only_after_the_undo(
    service: ServiceUnderTest, tenant: Tenant, client: AsyncClient
) -> None:
    survivor, merged = new_id(), new_id()
    told = fact(tenant.context, "contacts.contact.merged.v1", merged, 2, contact_id=merged, merged_into=survivor)

    await dispatch(contacts, service.database, *(seen(tenant, "created", each, 1) for each in (survivor, merged)), told)
    while_merged = (await summary(client))["contacts"]
    await dispatch(contacts, service.database, seen(tenant, "unmerged", merged, 3))

    assert (while_merged, (await summary(client))["contacts"]) == (1, 2)
