import asyncio

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from shared.ids import new_id
from shared.testing.tenants import Tenant
from tests.contacts_service.relationships.related import Json, company, contact, relate, seen

LAST_EVENT = text(
    "select type, body from outbox where tenant_id = :tenant_id and type like :type order by id desc limit 1"
)


async def test_each_side_sees_what_the_other_one_is_in_thai_and_english(client: AsyncClient) -> None:
    child, mother = await contact(client, "ด.ช. ปิติ ใจดี"), await contact(client, "มานี ใจดี")

    made = await relate(client, f"contacts/{child}", kind="parent", contact_id=mother)

    (from_child,) = await seen(client, f"contacts/{child}")
    (from_mother,) = await seen(client, f"contacts/{mother}")
    assert from_child == made
    assert (from_child["kind"], from_child["name"]["en"], from_child["other"]["name"]) == (
        "parent",
        "Parent",
        "มานี ใจดี",
    )
    assert (from_mother["kind"], from_mother["name"]) == ("child", {"en": "Child", "th": "บุตร"})
    assert from_mother["other"] == {"type": "contact", "id": child, "name": "ด.ช. ปิติ ใจดี"}
    assert from_mother["inverse_name"] == from_child["name"]


async def test_it_is_the_same_relationship_whichever_side_tells_it(client: AsyncClient) -> None:
    a, b = await contact(client, "Ada"), await contact(client, "Ben")
    await relate(client, f"contacts/{a}", kind="parent", contact_id=b)
    await relate(client, f"contacts/{a}", kind="spouse", contact_id=b)

    child = await client.post(f"/v1/contacts/{b}/relationships", json={"kind": "child", "contact_id": a})
    spouse = await client.post(f"/v1/contacts/{b}/relationships", json={"kind": "spouse", "contact_id": a})

    assert [(each.status_code, each.json()["code"]) for each in (child, spouse)] == [(409, "relationship_exists")] * 2
    assert len(await seen(client, f"contacts/{a}")) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "parent", "company": True}, "wrong_parties"),
        ({"kind": "employer", "contact": True}, "wrong_parties"),
        ({"kind": "no_such_kind", "contact": True}, "unknown_relationship_kind"),
        ({"kind": "spouse", "contact_id": str(new_id())}, "unknown_party"),
        ({"kind": "spouse", "contact": True, "valid_from": "2025-01-02", "valid_to": "2025-01-01"}, "invalid_period"),
        ({"kind": "spouse", "contact": True, "main": True}, "not_main_employment"),
        ({"kind": "spouse"}, "validation_failed"),
        ({"kind": "spouse", "self": True}, "wrong_parties"),
    ],
)
async def test_what_cannot_be_is_refused(client: AsyncClient, tenant: Tenant, body: Json, code: str) -> None:
    this, other, firm = await contact(client), await contact(client, "Ada"), await company(client)
    ids = {"contact": {"contact_id": other}, "company": {"company_id": firm}, "self": {"contact_id": this}}
    told = {name: value for name, value in body.items() if name not in ids}
    for name in set(ids) & set(body):
        told |= ids[name]

    response = await client.post(f"/v1/contacts/{this}/relationships", json=told)

    assert (response.status_code, response.json()["code"]) == (422, code), response.text
    assert await tenant.count("relationships") == 0


async def test_the_list_goes_on_by_its_cursor(client: AsyncClient) -> None:
    this = await contact(client)
    others = [await contact(client, f"Friend {number}") for number in range(5)]
    for other in others:
        await relate(client, f"contacts/{this}", kind="friend", contact_id=other)

    first = (await client.get(f"/v1/contacts/{this}/relationships?limit=3&include_total=true")).json()
    rest = (await client.get(f"/v1/contacts/{this}/relationships?limit=3&cursor={first['next_cursor']}")).json()

    assert [each["other"]["id"] for each in first["data"] + rest["data"]] == others[::-1]
    assert (first["total"]["value"], rest["next_cursor"]) == (5, None)


async def test_two_are_related_once_however_many_say_so_at_once(client: AsyncClient) -> None:
    a, b = await contact(client, "Ada"), await contact(client, "Ben")

    answers = await asyncio.gather(
        *(
            client.post(f"/v1/contacts/{this}/relationships", json={"kind": "spouse", "contact_id": other})
            for this, other in ((a, b), (b, a)) * 5
        )
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9


async def test_a_change_tells_the_other_services(client: AsyncClient, tenant: Tenant) -> None:
    a, b = await contact(client, "Ada"), await contact(client, "Ben")
    made = await relate(client, f"contacts/{a}", kind="referrer", contact_id=b, notes="ไม่ให้ใครรู้")

    await client.patch(f"/v1/relationships/{made['id']}", json={"valid_to": "2026-01-31"}, headers={"If-Match": '"1"'})
    stale = await client.patch(f"/v1/relationships/{made['id']}", json={"title": "x"}, headers={"If-Match": '"1"'})
    await client.delete(f"/v1/relationships/{made['id']}")

    async with tenant.system.transaction() as session:
        kind, body = (await session.execute(LAST_EVENT, {"tenant_id": tenant.id, "type": "%relationship%"})).one()
    assert stale.status_code == 412
    assert (await tenant.staged_types()).count("contacts.relationship.changed.v1") == 3
    assert kind == "contacts.relationship.changed.v1"
    assert (body["party_id"], body["other_contact_id"], body["valid_to"], body["exists"]) == (a, b, "2026-01-31", False)
    assert "notes" not in body


async def test_those_of_a_deleted_party_are_away_until_it_is_back(client: AsyncClient) -> None:
    a, b = await contact(client, "Ada"), await contact(client, "Ben")
    await relate(client, f"contacts/{a}", kind="spouse", contact_id=b)

    await client.delete(f"/v1/contacts/{b}")
    while_deleted = await seen(client, f"contacts/{a}")
    gone = await client.get(f"/v1/contacts/{b}/relationships")
    await client.post(f"/v1/contacts/{b}/restore")

    assert while_deleted == []
    assert (gone.status_code, gone.json()["code"]) == (410, "resource_deleted")
    assert len(await seen(client, f"contacts/{a}")) == 1
    assert (await client.get(f"/v1/contacts/{new_id()}/relationships")).status_code == 404


async def test_a_household_is_a_head_and_its_members(client: AsyncClient) -> None:
    head, wife, child = [await contact(client, name) for name in ("สมชาย", "สมหญิง", "ปิติ")]
    for member in (wife, child):
        await relate(client, f"contacts/{member}", kind="household_head", contact_id=head)

    answers = [(await client.get(f"/v1/contacts/{each}/household")).json()["data"] for each in (head, wife, child)]
    alone = await client.get(f"/v1/contacts/{await contact(client, 'Ada')}/household")

    assert answers[0] == answers[1] == answers[2]
    assert [(each["id"], each["is_head"]) for each in answers[0]] == [(head, True), (wife, False), (child, False)]
    assert alone.json() == {"data": []}


async def test_nobody_belongs_to_two_households(client: AsyncClient) -> None:
    head, member, other = [await contact(client, name) for name in ("Head", "Member", "Other")]
    made = await relate(client, f"contacts/{member}", kind="household_head", contact_id=head)

    refused = [
        await client.post(f"/v1/contacts/{this}/relationships", json={"kind": "household_head", "contact_id": that})
        for this, that in ((member, other), (head, other), (other, member))
    ]
    await client.patch(f"/v1/relationships/{made['id']}", json={"valid_to": "2025-12-31"})
    moved = await client.post(
        f"/v1/contacts/{member}/relationships", json={"kind": "household_head", "contact_id": other}
    )

    assert [(each.status_code, each.json()["code"]) for each in refused] == [(409, "in_household")] * 3
    assert moved.status_code == 201
    assert (await client.get(f"/v1/contacts/{head}/household")).json() == {"data": []}


async def test_of_a_circle_of_heads_made_at_once_only_a_part_stands(client: AsyncClient) -> None:
    people = [await contact(client, f"P{number}") for number in range(4)]
    pairs = list(zip(people, people[1:] + people[:1], strict=True))

    await asyncio.gather(
        *(
            client.post(f"/v1/contacts/{this}/relationships", json={"kind": "household_head", "contact_id": that})
            for this, that in pairs
        )
    )

    members = {
        each["party"]["id"] for p in people for each in await seen(client, f"contacts/{p}", kind="household_head")
    }
    heads = {each["other"]["id"] for p in people for each in await seen(client, f"contacts/{p}", kind="household_head")}
    assert members
    assert not members & heads
