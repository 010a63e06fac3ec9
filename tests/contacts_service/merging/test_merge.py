import asyncio
from uuid import UUID

from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.tenants import Tenant
from tests.contacts_service.merging.people import merge, new, read


async def test_the_survivor_keeps_its_values_and_takes_what_it_lacks(client: AsyncClient) -> None:
    survivor = await new(client, occupation="ครู", email="malee@example.com", phone="081 234 5678", tags=["VIP"])
    other = await new(
        client,
        full_name="Malee Jaidee",
        occupation="Teacher",
        nickname="ลี",
        birthday={"year": 1990, "month": 4, "day": 13},
        email="lee@example.com",
        phone="+66812345678",
        tags=["VIP", "ขายส่ง"],
    )

    made = await merge(client, survivor, other)

    found = await read(client, survivor)
    assert made["survivor"] | {"version": 0, "updated_at": ""} == found | {"version": 0, "updated_at": ""}
    assert (found["full_name"], found["occupation"], found["nickname"]) == ("มาลี ใจดี", "ครู", "ลี")
    assert found["birthday"] == {"year": 1990, "month": 4, "day": 13}
    assert [(each["value"], each["primary"]) for each in found["emails"]] == [
        ("malee@example.com", True),
        ("lee@example.com", False),
    ]
    assert [each["value"] for each in found["phones"]] == ["+66812345678"]
    assert found["tags"] == ["VIP", "ขายส่ง"]
    assert made["changed_fields"] == ["birthday", "emails", "nickname", "tags"]


async def test_each_field_can_be_chosen_and_a_name_is_one(client: AsyncClient) -> None:
    survivor = await new(client, full_name="นางมาลี ใจดี", occupation="ครู", tags=["ก"])
    other = await new(client, full_name="Malee Jaidee", tags=["ข"])

    await merge(client, survivor, other, fields=dict.fromkeys(("full_name", "occupation", "tags"), other["id"]))

    found = await read(client, survivor)
    assert (found["full_name"], found["prefix"], found["given_name"]) == ("Malee Jaidee", None, "Malee")
    assert (found["occupation"], found["tags"]) == (None, ["ข"])


async def test_a_merged_contact_leads_to_the_survivor_however_often_that_was_merged(client: AsyncClient) -> None:
    first, second, third = [await new(client) for _ in range(3)]

    await merge(client, second, first)
    await merge(client, third, second)

    for merged in (first, second):
        response = await client.get(f"/v1/contacts/{merged['id']}")
        assert (response.status_code, response.headers["location"]) == (308, f"/v1/contacts/{third['id']}")
        assert response.headers["cache-control"] == "no-store"
        assert response.json()["code"] == "resource_merged"
        assert response.json()["params"] == {"merged_into": third["id"]}


async def test_a_merged_contact_cannot_be_changed(client: AsyncClient) -> None:
    survivor, merged = await new(client), await new(client)
    path = f"/v1/contacts/{merged['id']}"
    await merge(client, survivor, merged)

    answers = [
        await client.patch(path, json={"nickname": "ลี"}),
        await client.delete(path),
        await client.post(f"{path}/restore"),
        await client.post(f"{path}/merge", json={"contact_ids": [survivor["id"]]}),
        await client.post(f"/v1/contacts/{survivor['id']}/merge", json={"contact_ids": [merged["id"]]}),
    ]

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (409, "resource_merged")
        assert answer.json()["params"] == {"merged_into": survivor["id"]}


async def test_lists_and_searches_show_the_survivor_alone(client: AsyncClient) -> None:
    survivor, merged = await new(client), await new(client, nickname="ลี")

    await merge(client, survivor, merged)

    for query in ("", "?q=มาลี", "?q=ลี"):
        page = await client.get(f"/v1/contacts{query}")
        assert [each["id"] for each in page.json()["data"]] == [survivor["id"]]


async def test_the_merged_contacts_keys_find_the_survivor(client: AsyncClient) -> None:
    survivor = await new(client)
    merged = await new(client, email="lee@example.com", external_ids=[{"system": "shop", "id": "7"}])
    await merge(client, survivor, merged)

    upserted = await client.put("/v1/contacts/by-external-id/shop/7", json={"nickname": "ลี"})
    refused = await client.post("/v1/contacts", json={"email": "lee@example.com"})

    assert (upserted.status_code, upserted.json()["id"]) == (200, survivor["id"])
    assert refused.json()["code"] == "email_taken"


async def test_other_services_are_told_of_both(client: AsyncClient, tenant: Tenant) -> None:
    survivor, merged = await new(client), await new(client, nickname="ลี")

    made = await merge(client, survivor, merged)

    events = await tenant.staged()
    kinds = {(event.type, event.key): event.body for event in events[2:]}
    told = kinds.pop(("contacts.contact.merged.v1", merged["id"]))
    assert list(kinds) == [("contacts.contact.updated.v1", survivor["id"])]
    assert (told["merged_into"], told["merge_id"], told["version"]) == (survivor["id"], made["id"], 2)


async def test_nobody_is_merged_with_himself_or_by_the_choice_of_a_stranger(client: AsyncClient) -> None:
    survivor, other, stranger = [await new(client) for _ in range(3)]
    path = f"/v1/contacts/{survivor['id']}/merge"

    itself = await client.post(path, json={"contact_ids": [survivor["id"]]})
    twice = await client.post(path, json={"contact_ids": [other["id"], other["id"]]})
    foreign = await client.post(path, json={"contact_ids": [other["id"]], "fields": {"sex": stranger["id"]}})
    unknown = await client.post(path, json={"contact_ids": [str(new_id())]})
    misspelt = await client.post(path, json={"contact_ids": [other["id"]], "fields": {"given_name": other["id"]}})

    assert [each.json()["code"] for each in (itself, twice)] == ["merged_with_itself"] * 2
    assert (foreign.json()["code"], foreign.json()["errors"][0]["pointer"]) == ("not_among_them", "/fields/sex")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "contact_not_found")
    assert misspelt.status_code == 422
    assert await read(client, other)


async def test_an_old_version_of_the_survivor_is_not_merged_into(client: AsyncClient) -> None:
    survivor, other = await new(client), await new(client)

    response = await client.post(
        f"/v1/contacts/{survivor['id']}/merge", json={"contact_ids": [other["id"]]}, headers={"If-Match": '"2"'}
    )

    assert response.status_code == 412
    assert await read(client, other)


async def test_of_merges_at_once_of_one_contact_one_wins(client: AsyncClient) -> None:
    merged, *survivors = [await new(client) for _ in range(5)]

    answers = await asyncio.gather(
        *(client.post(f"/v1/contacts/{each['id']}/merge", json={"contact_ids": [merged["id"]]}) for each in survivors)
    )

    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert {each.json()["code"] for each in answers if each.is_error} == {"resource_merged"}


async def test_a_preview_shows_where_they_differ_and_changes_nothing(client: AsyncClient) -> None:
    survivor, other = await new(client, occupation="ครู"), await new(client, occupation="แพทย์", nickname="ลี")

    response = await client.post(f"/v1/contacts/{survivor['id']}/merge-preview", json={"contact_ids": [other["id"]]})

    assert response.json()["changed_fields"] == ["nickname"]
    fields = {each["field"]: each for each in response.json()["fields"]}
    assert list(fields) == ["nickname", "occupation"]
    assert fields["occupation"]["value"] == "ครู"
    assert [each["value"] for each in fields["occupation"]["values"]] == ["ครู", "แพทย์"]
    assert await read(client, other)


async def test_merges_are_listed_with_who_made_them(client: AsyncClient, tenant: Tenant) -> None:
    survivor, other = await new(client), await new(client)
    made = await merge(client, survivor, other)

    page = await client.get("/v1/merges", params={"survivor_id": survivor["id"]})

    shown = page.json()["data"][0]
    assert (shown["id"], shown["merged_ids"]) == (made["id"], [other["id"]])
    assert (UUID(shown["merged_by"]), shown["undone_at"]) == (tenant.actor_id, None)
    assert (await client.get(f"/v1/merges/{made['id']}")).json() == shown
    assert (await client.get(f"/v1/merges/{new_id()}")).json()["code"] == "merge_not_found"
