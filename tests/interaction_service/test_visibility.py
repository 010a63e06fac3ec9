"""What happened with others' customers is not shown to whoever sees only his own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from interaction_service.worker import CONSUMERS
from shared.auth import Visibility
from shared.ids import new_id
from shared.testing.events import dispatch, fact
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.interaction_service.facts import Facts, baht

TEAMS = CONSUMERS[-1]
LISTS = ("/v1/interactions", "/v1/orders")


@dataclass(frozen=True)
class Office:
    """Ploy sees her own customers, Mali those of her team, in which James is. Each has a customer with a history."""

    boss: AsyncClient
    ploy: AsyncClient
    mali: AsyncClient
    customers: dict[str, str]
    records: dict[str, list[str]]


@pytest.fixture
async def office(service: ServiceUnderTest, tenant: Tenant, facts: Facts) -> AsyncIterator[Office]:
    ploy, mali, james = tenant.colleague(Visibility.OWN), tenant.colleague(Visibility.TEAM), tenant.colleague()
    members = {"team_id": new_id(), "member_ids": [mali.actor_id, james.actor_id]}
    await dispatch(TEAMS, service.database, fact(tenant.context, "contacts.team.created.v1", new_id(), 1, **members))
    customers = {"ploy": new_id(), "james": new_id()}
    await facts.contact(customers["ploy"], owner_id=str(ploy.actor_id))
    await facts.contact(customers["james"], owner_id=str(james.actor_id))
    ids = {name: str(contact_id) for name, contact_id in customers.items()}
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(service.client(user)) for user in (tenant, ploy, mali)]
        records = {name: await history(clients[0], contact_id) for name, contact_id in ids.items()}
        yield Office(clients[0], clients[1], clients[2], ids, records)


async def history(client: AsyncClient, contact_id: str) -> list[str]:
    """An interaction and an order."""
    call = {"contact_id": contact_id, "kind": "call", "direction": "inbound", "subject": "ถามราคา"}
    order = {"contact_id": contact_id, "source": "shop", "number": contact_id, "total": baht("10.00")}
    made = [await client.post(path, json=body) for path, body in zip(LISTS, (call, order), strict=True)]
    assert [answer.status_code for answer in made] == [201, 201], [answer.text for answer in made]
    return [str(answer.json()["id"]) for answer in made]


async def listed(client: AsyncClient, path: str) -> list[str]:
    answer: Any = (await client.get(path, params={"include_total": "true"})).json()
    assert answer["total"]["value"] == len(answer["data"])
    return [each["id"] for each in answer["data"]]


@pytest.mark.parametrize("place", [0, 1], ids=["interactions", "orders"])
async def test_lists_and_searches_hold_what_belongs_to_seen_customers(office: Office, place: int) -> None:
    mine, other = office.records["ploy"][place], office.records["james"][place]

    found = (await office.ploy.post(f"{LISTS[place]}/search", json={})).json()["data"]

    assert [each["id"] for each in found] == await listed(office.ploy, LISTS[place]) == [mine]
    assert await listed(office.mali, LISTS[place]) == [other]
    assert sorted(await listed(office.boss, LISTS[place])) == sorted([mine, other])


async def test_anothers_history_can_neither_be_read_nor_changed(office: Office) -> None:
    contact_id, (interaction_id, order_id) = office.customers["james"], office.records["james"]
    interaction, order = f"/v1/interactions/{interaction_id}", f"/v1/orders/{order_id}"

    answers = [
        await office.ploy.get(f"/v1/contacts/{contact_id}/timeline"),
        await office.ploy.get(f"/v1/contacts/{contact_id}/last-contact"),
        await office.ploy.get(interaction),
        await office.ploy.patch(interaction, json={"subject": "X"}),
        await office.ploy.delete(interaction),
        await office.ploy.get(order),
        await office.ploy.get(f"/v1/orders/by-number/shop/{contact_id}"),
        await office.ploy.patch(order, json={"tags": ["x"]}),
        await office.ploy.delete(order),
    ]

    assert [answer.status_code for answer in answers] == [404] * 9
    assert (await office.mali.get(f"/v1/contacts/{contact_id}/timeline")).json()["data"] != []


async def test_a_customer_who_changes_hands_takes_his_history_along(office: Office, facts: Facts) -> None:
    contact_id = UUID(office.customers["ploy"])

    await facts.contact(contact_id, 2, what="updated", owner_id=str(new_id()))

    assert await listed(office.ploy, "/v1/orders") == []


async def test_an_order_of_a_stranger_is_seen_by_whoever_took_it(office: Office) -> None:
    order = {"source": "shop", "number": "W-1", "contact_ref": {"system": "line", "id": "U1"}, "total": baht("10.00")}

    placed = await office.ploy.post("/v1/orders", json=order)

    assert placed.status_code == 201
    assert placed.json()["id"] in await listed(office.ploy, "/v1/orders")
    assert placed.json()["id"] not in await listed(office.mali, "/v1/orders")


async def test_what_is_logged_before_its_customer_is_known_is_seen_by_whoever_logged_it(office: Office) -> None:
    call = {"contact_id": str(new_id()), "kind": "call", "direction": "inbound"}

    made = (await office.ploy.post("/v1/interactions", json=call)).json()

    changed = await office.ploy.patch(f"/v1/interactions/{made['id']}", json={"subject": "นัดหมาย"})
    assert (changed.status_code, changed.json()["subject"]) == (200, "นัดหมาย")
    assert (await office.mali.get(f"/v1/interactions/{made['id']}")).status_code == 404


async def test_the_name_of_an_unseen_interaction_is_taken_and_tells_no_id(office: Office) -> None:
    name = {"system": "line", "id": "j-1"}
    foreign = office.records["james"][0]
    await office.boss.patch(f"/v1/interactions/{foreign}", json={"external_ids": [name]})
    call = {"contact_id": office.customers["ploy"], "kind": "call", "direction": "inbound"}

    read = await office.ploy.get("/v1/interactions/by-external-id/line/j-1")
    put = await office.ploy.put("/v1/interactions/by-external-id/line/j-1", json=call)

    assert (read.status_code, put.status_code, put.json()["code"]) == (404, 409, "external_id_taken")
    assert foreign not in read.text + put.text
