"""Employments, and the company that a contact names."""

import asyncio
from uuid import UUID

import pytest
from httpx import AsyncClient

from shared.testing.tenants import Tenant
from tests.contacts_service.relationships.related import Json, company, contact, main_employer, relate, seen


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
