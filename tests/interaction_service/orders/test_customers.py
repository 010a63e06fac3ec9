"""Orders and the contacts that they are of, whichever comes first."""

import asyncio

from httpx import AsyncClient

from shared.ids import new_id
from tests.interaction_service.facts import Facts
from tests.interaction_service.orders.placed import CHANGED, PLACED, place


async def test_an_order_that_comes_before_its_contact_is_linked_when_it_arrives(
    client: AsyncClient, facts: Facts
) -> None:
    by_id = await place(client, "1", contact_id=None, contact_ref={"system": "cdnow", "id": "00001"})
    by_email = await place(client, "2", contact_id=None, contact_ref={"system": "email", "id": "Ada@example.com"})
    other = await place(client, "3", contact_id=None, contact_ref={"system": "cdnow", "id": "00002"})
    contact_id = new_id()

    await facts.contact(contact_id, external_ids=[{"system": "cdnow", "id": "00001"}], emails=["ada@example.com"])
    await facts.contact(contact_id, 2, what="updated", external_ids=[{"system": "cdnow", "id": "00001"}])

    linked = (await client.get("/v1/orders", params={"contact_id": str(contact_id), "sort": "created_at"})).json()
    assert [(each["id"], each["version"]) for each in linked["data"]] == [(by_id["id"], 2), (by_email["id"], 2)]
    staged = [(event_type, key) for event_type, key, _ in await facts.staged()]
    assert staged[:3] == [(PLACED, each["id"]) for each in (by_id, by_email, other)]
    assert staged[3:] == [(CHANGED, str(contact_id))] * 2


async def test_orders_and_contacts_that_come_at_the_same_time_do_not_miss_each_other(
    client: AsyncClient, facts: Facts
) -> None:
    refs = [{"system": "cdnow", "id": f"{number:05}"} for number in range(20)]

    await asyncio.gather(
        *(place(client, ref["id"], contact_id=None, contact_ref=ref) for ref in refs),
        *(facts.contact(new_id(), external_ids=[ref]) for ref in refs),
    )

    unlinked = (await client.get("/v1/orders?contact_id[is_null]=true")).json()["data"]
    assert unlinked == []


async def test_a_deleted_order_finds_its_contact_when_it_is_restored(client: AsyncClient, facts: Facts) -> None:
    placed = await place(client, contact_id=None, contact_ref={"system": "cdnow", "id": "00001"})
    await client.delete(f"/v1/orders/{placed['id']}")
    contact_id = new_id()
    await facts.contact(contact_id, external_ids=[{"system": "cdnow", "id": "00001"}])

    restored = await client.post(f"/v1/orders/{placed['id']}/restore")

    assert restored.json()["contact_id"] == str(contact_id)
    assert [(kind, key) for kind, key, _ in await facts.staged()][-1] == (
        "interactions.order.restored.v1",
        str(contact_id),
    )


async def test_an_order_of_a_known_contact_is_linked_at_once(client: AsyncClient, facts: Facts) -> None:
    contact_id = new_id()
    await facts.contact(contact_id, external_ids=[{"system": "cdnow", "id": "00001"}])

    placed = await place(client, contact_id=None, contact_ref={"system": "cdnow", "id": "00001"})

    assert placed["contact_id"] == str(contact_id)
    assert [(event_type, key) for event_type, key, _ in await facts.staged()] == [(PLACED, str(contact_id))]


async def test_the_contact_cannot_be_taken_off_an_order(client: AsyncClient) -> None:
    placed = await place(client)

    response = await client.patch(f"/v1/orders/{placed['id']}", json={"contact_id": None})

    assert (response.status_code, response.json()["code"]) == (422, "contact_required")
