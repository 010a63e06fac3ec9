import asyncio
from typing import Any

from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.tenants import Tenant


async def contact(client: AsyncClient, name: str, **fields: Any) -> str:
    response = await client.post("/v1/contacts", json={"full_name": name, **fields})
    return str(response.json()["id"])


async def company(client: AsyncClient, name: str = "บริษัท สัมพันธ์ จำกัด") -> str:
    return str((await client.post("/v1/companies", json={"name": name})).json()["id"])


async def test_who_decides_is_one_question_the_most_influential_first(client: AsyncClient) -> None:
    firm = await company(client)
    boss = await contact(client, "มานี ใจดี", company_id=firm, job_title="กรรมการผู้จัดการ")
    adviser, clerk = await contact(client, "Adviser"), await contact(client, "Clerk", company_id=firm)
    given = {
        clerk: {"roles": ["gatekeeper", "user", "user"], "influence": "low"},
        adviser: {"roles": ["decision_maker"]},
        boss: {"roles": ["decision_maker", "budget_holder"], "influence": "high", "attitude": "supportive"},
    }
    answers = [await client.put(f"/v1/companies/{firm}/buying-roles/{each}", json=body) for each, body in given.items()]

    everybody = (await client.get(f"/v1/companies/{firm}/buying-roles")).json()["data"]
    deciders = (await client.get(f"/v1/companies/{firm}/buying-roles?role=decision_maker")).json()["data"]
    of_boss = (await client.get(f"/v1/contacts/{boss}/buying-roles")).json()["data"]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert [each["contact"]["id"] for each in everybody] == [boss, clerk, adviser]
    assert [(each["contact"]["name"], each["contact"]["works_here"]) for each in deciders] == [
        ("มานี ใจดี", True), ("Adviser", False),
    ]  # fmt: skip
    assert everybody[1]["roles"] == ["gatekeeper", "user"]
    assert everybody[0] == of_boss[0] == answers[2].json()


async def test_pages_go_on_by_influence(client: AsyncClient) -> None:
    firm = await company(client)
    for number, influence in enumerate(["low", "high", None, "medium", "high"]):
        each = await contact(client, f"P{number}")
        await client.put(f"/v1/companies/{firm}/buying-roles/{each}", json={"roles": ["user"], "influence": influence})

    url, found = f"/v1/companies/{firm}/buying-roles?limit=2", []
    while url:
        page = (await client.get(url)).json()
        found += [each["influence"] for each in page["data"]]
        url = page["next_cursor"] and f"/v1/companies/{firm}/buying-roles?limit=2&cursor={page['next_cursor']}"

    assert found == ["high", "high", "medium", "low", None]


async def test_a_role_is_replaced_withdrawn_and_given_again(client: AsyncClient, tenant: Tenant) -> None:
    firm, person = await company(client), await contact(client, "Ada")
    url = f"/v1/companies/{firm}/buying-roles/{person}"
    first = await client.put(url, json={"roles": ["user"], "influence": "low", "notes": "ชอบของใหม่"})

    same = await client.put(url, json={"roles": ["user"], "influence": "low", "notes": "ชอบของใหม่"})
    replaced = await client.put(url, json={"roles": ["champion"]}, headers={"If-Match": '"1"'})
    stale = await client.put(url, json={"roles": ["buyer"]}, headers={"If-Match": '"1"'})
    deleted = await client.delete(url)
    empty = (await client.get(f"/v1/companies/{firm}/buying-roles")).json()["data"]
    again = await client.put(url, json={"roles": ["buyer"]})

    assert (same.json(), same.headers["etag"]) == (first.json(), '"1"')
    assert (replaced.json()["influence"], replaced.json()["notes"], replaced.json()["version"]) == (None, None, 2)
    assert (stale.status_code, deleted.status_code, empty) == (412, 204, [])
    assert (again.json()["id"], again.json()["roles"], again.json()["version"]) == (first.json()["id"], ["buyer"], 4)
    assert (await tenant.staged_types()).count("contacts.role.assigned.v1") == 4


async def test_what_is_not_there_has_no_roles(client: AsyncClient) -> None:
    firm, person, nobody = await company(client), await contact(client, "Ada"), str(new_id())
    body = {"roles": ["user"]}

    answers = [
        await client.put(f"/v1/companies/{nobody}/buying-roles/{person}", json=body),
        await client.put(f"/v1/companies/{firm}/buying-roles/{nobody}", json=body),
        await client.delete(f"/v1/companies/{firm}/buying-roles/{person}"),
        await client.get(f"/v1/companies/{nobody}/buying-roles"),
        await client.get(f"/v1/contacts/{nobody}/buying-roles"),
    ]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [
        (404, "company_not_found"),
        (404, "contact_not_found"),
        (404, "buying_role_not_found"),
        (404, "company_not_found"),
        (404, "contact_not_found"),
    ]


async def test_ten_at_once_make_one_role(client: AsyncClient, tenant: Tenant) -> None:
    firm, person = await company(client), await contact(client, "Ada")
    url = f"/v1/companies/{firm}/buying-roles/{person}"

    answers = await asyncio.gather(*(client.put(url, json={"roles": ["user"]}) for _ in range(10)))

    assert {answer.status_code for answer in answers} == {200}
    assert await tenant.count("buying_roles") == 1
