"""Orders move contacts through the stages."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient

from contacts_service.lifecycle.consumer import consumer
from shared.ids import new_id
from shared.messaging.message import Message
from shared.testing.events import dispatch
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.lifecycle.orders import order
from tests.contacts_service.lifecycle.test_lifecycle import configure, told
from tests.contacts_service.made import contact, shown
from tests.contacts_service.merging.people import merge, undo

Dispatch = Callable[..., Awaitable[None]]
RULES = [{"orders": 1, "stage": "customer"}, {"orders": 3, "stage": "loyal"}]


@pytest.fixture
def heard(service: ServiceUnderTest) -> Dispatch:
    async def dispatched(*messages: Message) -> None:
        await dispatch(consumer, service.database, *messages)

    return dispatched


async def stage_of(client: AsyncClient, contact_id: str) -> Any:
    return (await shown(client, contact_id))["lifecycle_stage"]


async def test_a_first_order_makes_a_customer_and_says_why(
    client: AsyncClient, tenant: Tenant, heard: Dispatch
) -> None:
    await configure(client, rules=RULES)
    lead = await contact(client, lifecycle_stage="lead")

    await heard(order(tenant, new_id(), lead))

    assert await stage_of(client, lead) == "customer"
    assert [(fact.source, fact.reason) for fact in await told(tenant)] == [("rule", "1+ orders")]


async def test_orders_are_counted_once_however_often_they_are_told(
    client: AsyncClient, tenant: Tenant, heard: Dispatch
) -> None:
    await configure(client, rules=RULES)
    buyer, orders = await contact(client), [new_id() for _ in range(3)]

    await heard(*(order(tenant, each, buyer) for each in orders[:2]))
    await heard(order(tenant, orders[0], buyer), order(tenant, orders[0], buyer, version=2, what="changed"))
    before = await stage_of(client, buyer)
    await heard(order(tenant, orders[2], buyer))

    assert (before, await stage_of(client, buyer)) == ("customer", "loyal")


@pytest.mark.parametrize("other", [{"status": "cancelled"}, {"amount": "-5.00"}])
async def test_cancelled_orders_and_returns_count_for_nothing(
    client: AsyncClient, tenant: Tenant, heard: Dispatch, other: dict[str, Any]
) -> None:
    await configure(client, rules=RULES)
    lead = await contact(client, lifecycle_stage="lead")

    await heard(order(tenant, new_id(), lead, **other))

    assert await stage_of(client, lead) == "lead"


async def test_rules_never_move_back(client: AsyncClient, tenant: Tenant, heard: Dispatch) -> None:
    await configure(client, rules=RULES)
    loyal, gone, unknown = await contact(client, lifecycle_stage="loyal"), await contact(client), str(new_id())
    await client.delete(f"/v1/contacts/{gone}")

    await heard(*(order(tenant, new_id(), each) for each in (loyal, gone, unknown)), order(tenant, new_id(), None))

    assert await stage_of(client, loyal) == "loyal"
    assert await told(tenant) == []


async def test_nothing_moves_without_a_rule_and_later_rules_reach_back(
    client: AsyncClient, tenant: Tenant, heard: Dispatch, work: Callable[[], Awaitable[int]]
) -> None:
    buyer = await contact(client, lifecycle_stage="lead")
    await heard(order(tenant, new_id(), buyer))
    before = await stage_of(client, buyer)

    await configure(client, rules=RULES)
    started = await client.post("/v1/lifecycle-stages/apply-rules")
    await work()

    done = (await client.get(started.headers["location"])).json()
    assert (before, await stage_of(client, buyer)) == ("lead", "customer")
    assert (done["status"], done["result"]) == ("succeeded", {"contacts": 1, "moved": 1})


async def test_orders_of_a_merged_contact_count_for_the_survivor_until_the_undo(
    client: AsyncClient, tenant: Tenant, heard: Dispatch
) -> None:
    await configure(client, rules=RULES)
    survivor, other = {"id": await contact(client)}, {"id": await contact(client)}
    await heard(order(tenant, new_id(), other["id"]))
    made = await merge(client, survivor, other)

    await heard(order(tenant, new_id(), survivor["id"]), order(tenant, new_id(), other["id"]))

    assert await stage_of(client, survivor["id"]) == "loyal"
    await undo(client, made)
    await heard(order(tenant, new_id(), other["id"]))
    assert await stage_of(client, other["id"]) == "loyal"
