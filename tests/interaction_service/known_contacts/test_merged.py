"""What happened with a merged contact happened with the survivor, until the merge is undone."""

import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient, Response

from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.interaction_service.facts import Facts, baht


async def call(client: AsyncClient, contact_id: UUID, day: int = 1) -> str:
    body = {"kind": "call", "direction": "inbound", "contact_id": str(contact_id), "subject": "ถามราคา"}
    response = await client.post("/v1/interactions", json={**body, "occurred_at": f"2026-01-{day:02}T03:00:00Z"})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def order(client: AsyncClient, contact_id: UUID, day: int = 1) -> str:
    body = {"source": "shop", "number": str(new_id()), "contact_id": str(contact_id), "currency": "THB"}
    placed = {"placed_at": f"2026-01-{day:02}T03:00:00Z", "total": baht("100.00")}
    response = await client.post("/v1/orders", json={**body, **placed})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def timeline(client: AsyncClient, contact_id: UUID, limit: int = 50) -> list[str]:
    """All pages."""
    found, cursor = [], None
    while True:
        params = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(f"/v1/contacts/{contact_id}/timeline", params=params)).json()
        found += [entry["id"] for entry in page["data"]]
        if (cursor := page["next_cursor"]) is None:
            return found


async def views(client: AsyncClient, *contact_ids: UUID) -> list[Any]:
    """All that this service shows of the contacts."""
    paths = [
        path
        for each in contact_ids
        for path in (
            f"/v1/contacts/{each}/timeline",
            f"/v1/contacts/{each}/last-contact",
            f"/v1/interactions?contact_id={each}&expand=contact",
            f"/v1/orders?contact_id={each}&expand=contact",
        )
    ]
    answers: Sequence[Response] = [await client.get(path) for path in paths]
    return [(each.status_code, _without_versions(each.json())) for each in answers]


def _without_versions(body: Any) -> Any:
    for row in body.get("data", ()):
        if row.get("contact"):
            row["contact"].pop("version")
    return body


async def test_the_survivor_has_everything_in_one_order(client: AsyncClient, facts: Facts) -> None:
    survivor, merged, again = new_id(), new_id(), new_id()
    ids = [
        await make(client, who, day)
        for day, (make, who) in enumerate(
            [(call, survivor), (order, merged), (call, again), (order, survivor), (call, merged), (order, again)], 1
        )
    ]

    await facts.contact(again, 2, what="merged", merged_into=str(merged))
    await facts.contact(merged, 2, what="merged", merged_into=str(survivor))

    assert await timeline(client, survivor) == ids[::-1]
    assert await timeline(client, survivor, limit=2) == ids[::-1]
    last = await client.get(f"/v1/contacts/{survivor}/last-contact")
    assert last.json()["interaction_id"] == ids[4]


async def test_views_of_the_merged_contact_lead_to_the_survivor(client: AsyncClient, facts: Facts) -> None:
    survivor, merged, again = new_id(), new_id(), new_id()
    await call(client, again)
    await facts.contact(merged, 2, what="merged", merged_into=str(survivor))
    await facts.contact(again, 2, what="merged", merged_into=str(merged))

    for view in ("timeline", "last-contact"):
        for contact_id in (merged, again):
            response = await client.get(f"/v1/contacts/{contact_id}/{view}")
            assert (response.status_code, response.headers["location"]) == (308, f"/v1/contacts/{survivor}/{view}")


async def test_lists_find_and_show_the_survivor_by_either_id(client: AsyncClient, facts: Facts) -> None:
    survivor, merged, stranger = new_id(), new_id(), new_id()
    await facts.contact(survivor, full_name="มาลี ใจดี")
    await facts.contact(merged, 2, what="merged", merged_into=str(survivor))
    made = [await order(client, merged), await order(client, survivor), await order(client, stranger)]

    for condition in (f"contact_id={survivor}", f"contact_id={merged}", f"contact_id[in]={merged}"):
        page = (await client.get(f"/v1/orders?{condition}&sort=created_at&expand=contact")).json()["data"]
        assert [each["id"] for each in page] == made[:2]
        assert [(each["contact_id"], each["contact"]["full_name"]) for each in page] == [(str(survivor), "มาลี ใจดี")] * 2
    others = (await client.get(f"/v1/orders?contact_id[ne]={merged}")).json()["data"]
    assert [each["id"] for each in others] == made[2:]
    one = (await client.get(f"/v1/orders/{made[0]}")).json()
    assert one["contact_id"] == str(survivor)


async def test_what_comes_late_for_the_merged_contact_is_the_survivors(client: AsyncClient, facts: Facts) -> None:
    survivor, merged = new_id(), new_id()
    await facts.contact(merged, 2, what="merged", merged_into=str(survivor))

    late = await order(client, merged)

    assert await timeline(client, survivor) == [late]


@pytest.mark.parametrize("seed", range(3))
async def test_undone_in_any_order_everything_is_where_it_was(client: AsyncClient, facts: Facts, seed: int) -> None:
    chance = random.Random(seed)
    contacts = [new_id() for _ in range(5)]
    for number, each in enumerate(contacts):
        await facts.contact(each, full_name=f"มาลี {number}", emails=[f"{each.hex}@example.com"])
        await chance.choice([call, order])(client, each, number + 1)
    before = await views(client, *contacts)

    merges = [(contacts[n], contacts[chance.randrange(n + 1, 5)]) for n in range(4)]
    for merged, survivor in merges:
        await facts.contact(merged, 2, what="merged", merged_into=str(survivor))
    assert len(await timeline(client, contacts[4])) == 5
    chance.shuffle(merges)
    for merged, _ in merges:
        number = contacts.index(merged)
        emails = [f"{merged.hex}@example.com"]
        await facts.contact(merged, 3, what="unmerged", full_name=f"มาลี {number}", emails=emails)

    assert await views(client, *contacts) == before


async def test_an_older_merge_that_comes_after_its_undo_is_ignored(client: AsyncClient, facts: Facts) -> None:
    survivor, merged = new_id(), new_id()
    mine = await call(client, merged)

    await facts.contact(merged, 3, what="unmerged")
    await facts.contact(merged, 2, what="merged", merged_into=str(survivor))

    assert await timeline(client, merged) == [mine]


async def test_a_tombstone_tells_of_a_merge_as_well(client: AsyncClient, facts: Facts) -> None:
    survivor, merged = new_id(), new_id()
    mine = await call(client, merged)

    await facts.contact(merged, 2, what="tombstone", merged_into=str(survivor))

    assert await timeline(client, survivor) == [mine]


async def test_another_tenants_merge_moves_nothing_here(
    service: ServiceUnderTest, client: AsyncClient, tenant: Tenant
) -> None:
    survivor, merged = new_id(), new_id()
    mine = await call(client, merged)

    await Facts(service.database, service.tenant()).contact(merged, 2, what="merged", merged_into=str(survivor))

    assert await timeline(client, merged) == [mine]
    assert await tenant.count("successors") == 0
