"""What is known of one customer, through the API, after events of three kinds."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from analytics_service.features.consumer import features
from shared.ids import new_id
from shared.messaging.message import Message
from shared.testing.events import dispatch
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.analytics_service.facts import (
    MORNING,
    contact,
    contact_deleted,
    interaction,
    interaction_deleted,
    order,
    order_deleted,
)

Send = Callable[..., Coroutine[Any, Any, None]]


@pytest.fixture
def send(service: ServiceUnderTest) -> Send:
    async def send(*messages: Message) -> None:
        await dispatch(features, service.database, *messages)

    return send


async def metrics(client: AsyncClient, contact_id: UUID) -> Any:
    response = await client.get(f"/v1/contacts/{contact_id}/metrics")
    assert response.status_code == 200, response.text
    return response.json()


def thb(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "THB"}


async def test_recency_frequency_and_spend_follow_from_orders(tenant: Tenant, client: AsyncClient, send: Send) -> None:
    somchai, now = new_id(), datetime.now(UTC).replace(microsecond=0)
    last, first = now - timedelta(days=3, hours=1), now - timedelta(days=13, hours=1)

    await send(contact(tenant, somchai), order(tenant, new_id(), somchai, "100.50", last))
    await send(order(tenant, new_id(), somchai, "50.00", first))

    found = await metrics(client, somchai)
    assert found["recency_days"] == 3
    assert found["frequency"] == 2
    assert found["monetary"] == thb("150.50")
    assert found["average_order"] == thb("75.25")
    assert found["days_between_orders"] == 10.0
    assert found["first_order_at"] == first.isoformat().replace("+00:00", ".000Z")
    assert found["customer_class"] == "retail"


async def test_a_known_contact_without_orders_has_zeros_and_nulls(
    tenant: Tenant, client: AsyncClient, send: Send
) -> None:
    somchai = new_id()

    await send(contact(tenant, somchai))

    assert await metrics(client, somchai) == {
        "contact_id": str(somchai),
        "customer_class": "retail",
        "known_since_at": "2026-01-05T03:00:00.000Z",
        "recency_days": None,
        "frequency": 0,
        "monetary": None,
        "average_order": None,
        "currency": None,
        "other_revenue": [],
        "first_order_at": None,
        "last_order_at": None,
        "days_between_orders": None,
        "last_contact_at": None,
        "last_contact_kind": None,
        "contact_count": 0,
    }


async def test_a_contact_never_heard_of_is_not_found(client: AsyncClient) -> None:
    response = await client.get(f"/v1/contacts/{new_id()}/metrics")

    assert response.status_code == 404
    assert response.json()["code"] == "contact_not_found"


async def test_a_deleted_contact_is_gone_and_back_with_its_history(
    tenant: Tenant, client: AsyncClient, send: Send
) -> None:
    somchai = new_id()

    await send(contact(tenant, somchai), order(tenant, new_id(), somchai, "10.00"))
    await send(contact_deleted(tenant, somchai, 2))
    gone = await client.get(f"/v1/contacts/{somchai}/metrics")
    await send(contact(tenant, somchai, 3))

    assert (gone.status_code, gone.json()["code"]) == (410, "resource_deleted")
    assert (await metrics(client, somchai))["frequency"] == 1


async def test_an_order_may_come_before_its_contact(tenant: Tenant, client: AsyncClient, send: Send) -> None:
    somchai = new_id()

    await send(order(tenant, new_id(), somchai, "10.00"))
    early = await metrics(client, somchai)
    await send(contact(tenant, somchai, customer_class="wholesale"))

    assert (early["frequency"], early["known_since_at"]) == (1, None)
    late = await metrics(client, somchai)
    assert (late["frequency"], late["customer_class"]) == (1, "wholesale")


async def test_changes_cancellations_and_returns_replace_what_an_order_gave(
    tenant: Tenant, client: AsyncClient, send: Send
) -> None:
    somchai, kept, cancelled, deleted = new_id(), new_id(), new_id(), new_id()
    await send(*(order(tenant, each, somchai, "100.00") for each in (kept, cancelled, deleted)))

    await send(order(tenant, kept, somchai, "90.00", version=2))
    await send(order(tenant, kept, somchai, "90.00", version=3, returned="30.00"))
    await send(order(tenant, cancelled, somchai, "100.00", version=2, status="cancelled"))
    await send(order_deleted(tenant, deleted, 2))

    found = await metrics(client, somchai)
    assert (found["frequency"], found["monetary"]) == (1, thb("60.00"))


async def test_a_return_with_a_document_of_its_own_lowers_spend_and_is_no_order(
    tenant: Tenant, client: AsyncClient, send: Send
) -> None:
    somchai, later = new_id(), MORNING + timedelta(days=30)

    await send(order(tenant, new_id(), somchai, "100.00"), order(tenant, new_id(), somchai, "-40.00", later))

    found = await metrics(client, somchai)
    assert (found["frequency"], found["monetary"], found["last_order_at"]) == (
        1,
        thb("60.00"),
        "2026-01-05T03:00:00.000Z",
    )


async def test_an_order_that_moves_to_another_contact_leaves_nothing_behind(
    tenant: Tenant, client: AsyncClient, send: Send
) -> None:
    somchai, ada, moved = new_id(), new_id(), new_id()
    await send(contact(tenant, somchai), order(tenant, moved, somchai, "100.00"))

    await send(order(tenant, moved, ada, "100.00", version=2))

    assert (await metrics(client, somchai))["monetary"] is None
    assert (await metrics(client, ada))["monetary"] == thb("100.00")


async def test_each_currency_is_summed_by_itself(tenant: Tenant, client: AsyncClient, send: Send) -> None:
    somchai = new_id()
    orders = [("100.00", "THB"), ("50.00", "THB"), ("9.99", "USD"), ("1000", "JPY")]

    await send(*(order(tenant, new_id(), somchai, amount, currency=currency) for amount, currency in orders))

    found = await metrics(client, somchai)
    assert (found["frequency"], found["monetary"], found["average_order"]) == (4, thb("150.00"), thb("75.00"))
    assert found["other_revenue"] == [{"amount": "1000.00", "currency": "JPY"}, {"amount": "9.99", "currency": "USD"}]


async def test_calls_and_visits_are_contacts_and_notes_are_not(tenant: Tenant, client: AsyncClient, send: Send) -> None:
    somchai, call, visit = new_id(), new_id(), new_id()
    later = MORNING + timedelta(days=1)

    await send(interaction(tenant, call, somchai), interaction(tenant, visit, somchai, later, kind="visit"))
    await send(interaction(tenant, new_id(), somchai, later + timedelta(days=1), kind="note"))
    both = await metrics(client, somchai)
    await send(interaction_deleted(tenant, visit, 2))
    one = await metrics(client, somchai)
    await send(interaction(tenant, visit, somchai, later, version=3, kind="meeting"))

    assert (both["contact_count"], both["last_contact_kind"]) == (2, "visit")
    assert (one["contact_count"], one["last_contact_kind"]) == (1, "call")
    assert (await metrics(client, somchai))["last_contact_kind"] == "meeting"


async def test_parallel_batches_that_touch_one_customer_lose_nothing(
    tenant: Tenant, client: AsyncClient, send: Send
) -> None:
    somchai, ada, moved = new_id(), new_id(), [new_id() for _ in range(12)]
    first = [order(tenant, each, somchai, "10.00") for each in moved]
    second = [order(tenant, each, ada, "10.00", version=2) for each in moved]
    third = [order(tenant, new_id(), somchai, "1.00") for _ in range(12)]

    await asyncio.gather(*(send(each) for trio in zip(first, second, third, strict=True) for each in trio))

    assert (await metrics(client, somchai))["monetary"] == thb("12.00")
    assert (await metrics(client, ada))["monetary"] == thb("120.00")


async def test_tenants_never_mix(service: ServiceUnderTest, tenant: Tenant, client: AsyncClient, send: Send) -> None:
    other, somchai, same_order = service.tenant(), new_id(), new_id()

    await send(order(tenant, same_order, somchai, "10.00"))
    await send(order(other, same_order, somchai, "99.00", version=7))

    assert (await metrics(client, somchai))["monetary"] == thb("10.00")
    async with service.client(other) as others:
        assert (await metrics(others, somchai))["monetary"] == thb("99.00")
    async with service.client(service.tenant()) as strangers:
        assert (await strangers.get(f"/v1/contacts/{somchai}/metrics")).status_code == 404


async def test_the_scope_is_required(service: ServiceUnderTest, tenant: Tenant) -> None:
    async with service.client(tenant, "contacts:read") as client:
        assert (await client.get(f"/v1/contacts/{new_id()}/metrics")).status_code == 403
        assert (await client.get("/v1/analytics/trends")).status_code == 403
