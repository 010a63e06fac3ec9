import random

from httpx import AsyncClient

from shared.testing.tenants import Tenant
from tests.contacts_service.merging.people import merge, new, read, undo


async def test_an_undo_restores_both_and_their_keys(client: AsyncClient, tenant: Tenant) -> None:
    survivor = await new(client, email="malee@example.com", tags=["VIP"])
    other = await new(client, email="lee@example.com", nickname="ลี", external_ids=[{"system": "shop", "id": "7"}])
    before = [await read(client, each) for each in (survivor, other)]
    made = await merge(client, survivor, other, fields={"emails": other["id"]})

    undone = await undo(client, made)

    assert [await read(client, each) for each in (survivor, other)] == before
    found = await client.get("/v1/contacts/by-external-id/shop/7")
    assert found.json()["id"] == other["id"]
    assert undone["undone_by"] == str(tenant.actor_id)
    assert (await tenant.staged_types())[-2:] == ["contacts.contact.updated.v1", "contacts.contact.unmerged.v1"]


async def test_what_was_changed_since_stays_with_the_survivor(client: AsyncClient) -> None:
    survivor = await new(client, phone="0812345678")
    other = await new(client, phone="0898765432", nickname="ลี", occupation="ครู")
    made = await merge(client, survivor, other)
    phones = [{"value": "0812345678"}, {"value": "0898765432", "label": "เก่า"}, {"value": "021234567"}]
    await client.patch(f"/v1/contacts/{survivor['id']}", json={"nickname": "มะลิ", "phones": phones, "tags": ["ใหม่"]})

    await undo(client, made)

    found = await read(client, survivor)
    assert (found["nickname"], found["occupation"], found["tags"]) == ("มะลิ", None, ["ใหม่"])
    assert [each["value"] for each in found["phones"]] == ["+66812345678", "+6621234567"]
    assert (await read(client, other))["nickname"] == "ลี"


async def test_merges_of_one_survivor_are_undone_in_any_order(client: AsyncClient) -> None:
    contacts = [await new(client, nickname=None if not n else f"n{n}", phone="0812345678") for n in range(4)]
    before = [await read(client, each) for each in contacts]
    made = [
        await merge(client, contacts[0], other, fields={"nickname": other["id"], "phones": other["id"]})
        for other in contacts[1:]
    ]

    for each in (made[1], made[0], made[2]):
        await undo(client, each)

    assert [await read(client, each) for each in contacts] == before


async def test_the_values_of_a_merge_that_stands_outlive_the_undo_of_an_earlier_one(client: AsyncClient) -> None:
    survivor, first, second = await new(client), await new(client, nickname="ลี"), await new(client, nickname="ลี")
    earlier = await merge(client, survivor, first)
    later = await merge(client, survivor, second)

    await undo(client, earlier)

    assert (await read(client, survivor))["nickname"] == "ลี"
    await undo(client, later)
    assert (await read(client, survivor))["nickname"] is None


async def test_chains_are_undone_in_any_order(client: AsyncClient) -> None:
    for seed in range(4):
        contacts = [
            await new(client, email=f"{seed}-{n}@example.com", nickname=f"n{n}" if n % 2 else None, tags=[f"t{n}"])
            for n in range(5)
        ]
        before = [await read(client, each) for each in contacts]
        chain = [await merge(client, contacts[n + 1], contacts[n]) for n in range(4)]

        random.Random(seed).shuffle(chain)
        for each in chain:
            await undo(client, each)

        assert [await read(client, each) for each in contacts] == before


async def test_a_second_undo_does_nothing(client: AsyncClient) -> None:
    survivor, other = await new(client), await new(client)
    made = await merge(client, survivor, other)

    first, second = await undo(client, made), await undo(client, made)

    assert first == second


async def test_an_undo_waits_for_an_email_that_somebody_else_took(client: AsyncClient) -> None:
    survivor, other = await new(client), await new(client, email="lee@example.com")
    made = await merge(client, survivor, other)
    await client.patch(f"/v1/contacts/{survivor['id']}", json={"emails": []})
    await new(client, email="lee@example.com")

    response = await client.post(f"/v1/merges/{made['id']}/undo")

    assert (response.status_code, response.json()["code"]) == (409, "email_taken")
    assert (await client.get(f"/v1/contacts/{other['id']}")).status_code == 308


async def test_a_merged_contact_can_be_merged_elsewhere_after_the_undo(client: AsyncClient) -> None:
    wrong, right, other = await new(client), await new(client), await new(client)
    await undo(client, await merge(client, wrong, other))

    await merge(client, right, other)

    response = await client.get(f"/v1/contacts/{other['id']}")
    assert response.headers["location"] == f"/v1/contacts/{right['id']}"
