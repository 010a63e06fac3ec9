import asyncio
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from shared.ids import new_id
from shared.testing.tenants import Tenant

Json = dict[str, Any]
LAST_EVENT = text(
    "select type, body from outbox where tenant_id = :tenant_id and type like :type order by id desc limit 1"
)


async def contact(client: AsyncClient, name: str = "มาลี สวัสดี", **fields: Any) -> str:
    response = await client.post("/v1/contacts", json={"full_name": name, **fields})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def company(client: AsyncClient, name: str = "บริษัท สัมพันธ์ จำกัด") -> str:
    response = await client.post("/v1/companies", json={"name": name})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def relate(client: AsyncClient, path: str, **body: Any) -> Json:
    response = await client.post(f"/v1/{path}/relationships", json=body)
    assert response.status_code == 201, response.text
    made: Json = response.json()
    return made


async def seen(client: AsyncClient, path: str, **params: Any) -> list[Json]:
    response = await client.get(f"/v1/{path}/relationships", params=params)
    assert response.status_code == 200, response.text
    data: list[Json] = response.json()["data"]
    return data


async def main_employer(client: AsyncClient, contact_id: str) -> str | None:
    found: str | None = (await client.get(f"/v1/contacts/{contact_id}")).json()["company_id"]
    return found


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


async def test_a_company_sees_its_employees_of_one_day_and_those_of_old(client: AsyncClient) -> None:
    firm = await company(client)
    old, new = await contact(client, "Old"), await contact(client, "New")
    period = {"valid_from": "2020-01-01", "valid_to": "2024-12-31"}
    await relate(client, f"companies/{firm}", kind="employee", contact_id=old, title="ผู้จัดการ", **period)
    await relate(client, f"companies/{firm}", kind="employee", contact_id=new, valid_from="2025-01-01")

    days = ("2019-12-31", "2020-01-01", "2024-12-31", "2025-01-01")
    by_day = [[each["other"]["name"] for each in await seen(client, f"companies/{firm}", at=day)] for day in days]
    today = [each["other"]["name"] for each in await seen(client, f"companies/{firm}", is_current=True)]

    assert by_day == [[], ["Old"], ["Old"], ["New"]]
    assert today == ["New"]
    assert {each["title"] for each in await seen(client, f"companies/{firm}")} == {"ผู้จัดการ", None}
    assert await main_employer(client, new) == firm
    assert await main_employer(client, old) is None


async def test_the_list_goes_on_by_its_cursor(client: AsyncClient) -> None:
    this = await contact(client)
    others = [await contact(client, f"Friend {number}") for number in range(5)]
    for other in others:
        await relate(client, f"contacts/{this}", kind="friend", contact_id=other)

    first = (await client.get(f"/v1/contacts/{this}/relationships?limit=3&include_total=true")).json()
    rest = (await client.get(f"/v1/contacts/{this}/relationships?limit=3&cursor={first['next_cursor']}")).json()

    assert [each["other"]["id"] for each in first["data"] + rest["data"]] == others[::-1]
    assert (first["total"]["value"], rest["next_cursor"]) == (5, None)


async def test_whoever_changes_company_id_ends_one_employment_and_begins_another(client: AsyncClient) -> None:
    first, second = await company(client, "First"), await company(client, "Second")
    person = await contact(client, company_id=first, job_title="Buyer")

    before = await seen(client, f"contacts/{person}")
    await client.patch(f"/v1/contacts/{person}", json={"company_id": second, "job_title": "Head"})
    after = await seen(client, f"contacts/{person}")

    assert [(each["other"]["name"], each["is_main"], each["valid_from"]) for each in before] == [("First", True, None)]
    assert [(each["other"]["name"], each["is_main"], each["is_current"]) for each in after] == [
        ("Second", True, True),
        ("First", False, False),
    ]
    assert after[1]["title"] == "Buyer"
    assert after[1]["version"] == 2
    assert UUID(after[0]["id"]).version == 7


async def test_the_main_employment_and_company_id_follow_each_other(client: AsyncClient, tenant: Tenant) -> None:
    first, second = await company(client, "First"), await company(client, "Second")
    person = await contact(client)

    one = await relate(client, f"contacts/{person}", kind="employer", company_id=first)
    two = await relate(client, f"contacts/{person}", kind="employer", company_id=second)
    sides = [one["is_main"], two["is_main"], await main_employer(client, person)]
    made_main = await client.patch(f"/v1/relationships/{two['id']}", json={"main": True})
    moved = [made_main.json()["is_main"], await main_employer(client, person)]
    ended = (await client.get(f"/v1/relationships/{one['id']}")).json()
    done = await client.patch(f"/v1/relationships/{two['id']}", json={"valid_to": "2025-01-31"})

    assert sides == [True, False, first]
    assert moved == [True, second]
    assert (ended["is_current"], ended["is_main"]) == (False, False)
    assert (done.json()["is_main"], await main_employer(client, person)) == (False, None)
    assert (await tenant.staged_types()).count("contacts.contact.updated.v1") == 3


async def test_deleting_the_main_employment_clears_company_id(client: AsyncClient) -> None:
    person = await contact(client, company_id=await company(client))
    (employment,) = await seen(client, f"contacts/{person}")

    deleted = await client.delete(f"/v1/relationships/{employment['id']}")

    assert deleted.status_code == 204
    assert await main_employer(client, person) is None
    assert await seen(client, f"contacts/{person}") == []
    assert (await client.get(f"/v1/relationships/{employment['id']}")).status_code == 404


@pytest.mark.parametrize("change", [{"valid_to": "2999-01-01"}, {"valid_from": "2998-01-01"}])
async def test_the_main_employment_holds_today(client: AsyncClient, change: Json) -> None:
    firm = await company(client)
    person = await contact(client, company_id=firm)
    (employment,) = await seen(client, f"contacts/{person}")

    refused = await client.patch(f"/v1/relationships/{employment['id']}", json=change)
    future = await client.post(
        f"/v1/contacts/{await contact(client, 'Ada')}/relationships",
        json={"kind": "employer", "company_id": firm, "main": True, **change},
    )

    assert [(each.status_code, each.json()["code"]) for each in (refused, future)] == [(422, "not_main_employment")] * 2
    assert await main_employer(client, person) == firm


async def test_batches_and_upserts_keep_the_same_rule(client: AsyncClient) -> None:
    first, second = await company(client, "First"), await company(client, "Second")
    rows = [
        {"external_id": {"system": "hr", "id": str(n)}, "full_name": f"สมชาย {n}", "company_id": first}
        for n in range(3)
    ]
    await client.post("/v1/contacts/upsert", json={"rows": rows})

    await client.post("/v1/contacts/upsert", json={"rows": [{**row, "company_id": second} for row in rows[:2]]})

    assert len(await seen(client, f"companies/{first}", is_current=True)) == 1
    assert len(await seen(client, f"companies/{first}")) == 3
    assert len(await seen(client, f"companies/{second}", is_main=True)) == 2


async def test_changes_of_one_contact_and_its_employments_at_once_end_in_agreement(client: AsyncClient) -> None:
    firms = [await company(client, f"Firm {number}") for number in range(4)]
    person = await contact(client)
    jobs = [await relate(client, f"contacts/{person}", kind="employer", company_id=firm) for firm in firms[:2]]

    answers = await asyncio.gather(
        *(client.patch(f"/v1/contacts/{person}", json={"company_id": firm}) for firm in firms),
        *(client.patch(f"/v1/relationships/{job['id']}", json={"main": True}) for job in jobs),
        *(client.patch(f"/v1/contacts/{person}", json={"company_id": firm}) for firm in firms),
    )

    main = [each["other"]["id"] for each in await seen(client, f"contacts/{person}", is_main=True)]
    assert {answer.status_code for answer in answers} <= {200, 422}
    assert main == [await main_employer(client, person)]


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


async def test_a_tenant_has_kinds_of_its_own(client: AsyncClient) -> None:
    kind = {
        "inverse_key": "client",
        "name": {"th": "ผู้รับเหมา", "en": "Contractor"},
        "inverse_name": {"th": "ผู้ว่าจ้าง"},
        "between": ["company-company", "contact-company"],
    }
    put = await client.put("/v1/relationship-kinds/contractor", json=kind)
    a, b = await company(client, "A"), await company(client, "B")

    await relate(client, f"companies/{a}", kind="client", company_id=b)

    (from_b,) = await seen(client, f"companies/{b}")
    kinds = (await client.get("/v1/relationship-kinds")).json()["data"]
    assert put.status_code == 200, put.text
    assert (from_b["kind"], from_b["name"]["en"], from_b["inverse_name"]) == (
        "contractor", "Contractor", {"en": "ผู้ว่าจ้าง", "th": "ผู้ว่าจ้าง"},
    )  # fmt: skip
    assert kinds[-1] == put.json()
    assert {each["key"] for each in kinds if each["built_in"]} >= {"employer", "spouse", "household_head", "partner"}


async def test_a_kind_in_use_keeps_its_shape_and_stays(client: AsyncClient) -> None:
    url, kind = "/v1/relationship-kinds/classmate", {"name": {"en": "Classmate"}, "between": ["contact-contact"]}
    await client.put(url, json=kind)
    a, b = await contact(client, "A"), await contact(client, "B")
    made = await relate(client, f"contacts/{a}", kind="classmate", contact_id=b)

    reshaped = await client.put(url, json={**kind, "inverse_key": "teacher", "inverse_name": {"en": "Teacher"}})
    renamed = await client.put(url, json={**kind, "name": {"en": "Schoolmate", "th": "เพื่อนร่วมรุ่น"}})
    kept = await client.delete(url)
    await client.delete(f"/v1/relationships/{made['id']}")
    deleted = await client.delete(url)

    assert [(each.status_code, each.json()["code"]) for each in (reshaped, kept)] == [
        (409, "relationship_kind_in_use")
    ] * 2
    assert (renamed.status_code, renamed.json()["version"]) == (200, 2)
    assert (deleted.status_code, (await client.delete(url)).status_code) == (204, 404)


@pytest.mark.parametrize(
    ("key", "inverse_key", "code"),
    [
        ("employer", "worker", "relationship_kind_built_in"),
        ("worker", "employee", "relationship_kind_taken"),
        ("tutor", "pupil", "relationship_kind_taken"),
    ],
)
async def test_no_two_kinds_share_a_key(client: AsyncClient, key: str, inverse_key: str, code: str) -> None:
    kind = {"name": {"en": "A"}, "inverse_name": {"en": "B"}, "between": ["contact-contact"]}
    await client.put("/v1/relationship-kinds/teacher", json={**kind, "inverse_key": "pupil"})

    response = await client.put(f"/v1/relationship-kinds/{key}", json={**kind, "inverse_key": inverse_key})

    assert (response.status_code, response.json()["code"]) == (409, code)
