"""Up to a thousand contacts by another system's ids, in one request."""

import asyncio
from typing import Any

from httpx import AsyncClient, Response

from shared.testing.tenants import Tenant

PATH = "/v1/contacts/upsert"


def row(number: int, **fields: Any) -> dict[str, Any]:
    return {"external_id": {"system": "shop", "id": str(number)}, **fields}


async def upsert(client: AsyncClient, *rows: dict[str, Any]) -> Response:
    return await client.post(PATH, json={"rows": list(rows)})


def statuses(response: Response) -> list[int]:
    return [each["status"] for each in response.json()["data"]]


async def test_unknown_ids_make_contacts_and_known_ones_change_them(tenant: Tenant, client: AsyncClient) -> None:
    await upsert(client, row(1, full_name="มาลี ใจดี", tags=["VIP"]))

    response = await upsert(client, row(1, email="malee@example.com"), row(2, full_name="Ada Lovelace"))

    assert response.status_code == 200
    assert statuses(response) == [200, 201]
    malee = (await client.get("/v1/contacts/by-external-id/shop/1")).json()
    assert (malee["full_name"], malee["email"], malee["tags"], malee["version"]) == (
        "มาลี ใจดี",
        "malee@example.com",
        ["VIP"],
        2,
    )
    assert sorted(await tenant.staged_types()) == ["contacts.contact.created.v1"] * 2 + ["contacts.contact.updated.v1"]


async def test_a_row_that_changes_nothing_leaves_its_contact_at_its_version(client: AsyncClient) -> None:
    await upsert(client, row(1, full_name="Ada"))

    response = await upsert(client, row(1, full_name="Ada"))

    assert [(each["status"], each["version"]) for each in response.json()["data"]] == [(200, 1)]


async def test_rows_of_one_contact_count_one_after_the_other(tenant: Tenant, client: AsyncClient) -> None:
    response = await upsert(client, row(1, full_name="Ada"), row(1, nickname="Countess"), row(1, full_name="Ada King"))

    assert statuses(response) == [201, 200, 200]
    ada = (await client.get("/v1/contacts/by-external-id/shop/1")).json()
    assert (ada["full_name"], ada["version"]) == ("Ada King", 1)
    assert await tenant.count("contacts") == 1


async def test_a_bad_row_fails_alone_and_says_where(tenant: Tenant, client: AsyncClient) -> None:
    rows = (row(1, full_name="Ada", nick="x"), row(2, full_name="Grace"), {"full_name": "No id"}, row(3))

    response = await upsert(client, *rows)

    assert response.status_code == 207
    assert statuses(response) == [422, 201, 422, 422]
    problems = [each["problem"] for each in response.json()["data"]]
    assert problems[0]["errors"][0]["pointer"] == "/nick"
    assert problems[2]["errors"][0]["pointer"] == "/external_id"
    assert problems[3]["code"] == "name_or_contact_point_required"
    assert await tenant.count("contacts") == 1


async def test_an_email_of_another_contact_is_refused_for_its_row_only(client: AsyncClient) -> None:
    await upsert(client, row(1, full_name="Ada", email="ada@example.com"), row(2, full_name="Grace"))

    rows = (row(2, email="ada@example.com", nickname="G"), row(3, email="new@a.com"), row(4, email="new@a.com"))
    response = await upsert(client, *rows)

    assert statuses(response) == [409, 201, 409]
    assert response.json()["data"][0]["problem"]["code"] == "email_taken"
    grace = (await client.get("/v1/contacts/by-external-id/shop/2")).json()
    assert (grace["email"], grace["nickname"], grace["version"]) == (None, None, 1)


async def test_a_patch_that_would_leave_nothing_to_call_a_contact_by_leaves_it_as_it_was(client: AsyncClient) -> None:
    await upsert(client, row(1, full_name="Ada", tags=["maths"]))

    nameless = row(1, full_name=None, given_name=None, family_name=None, tags=[])
    response = await upsert(client, nameless, row(1, nickname="A"))

    assert statuses(response) == [422, 200]
    ada = (await client.get("/v1/contacts/by-external-id/shop/1")).json()
    assert (ada["full_name"], ada["tags"], ada["nickname"]) == ("Ada", ["maths"], "A")


async def test_equal_upserts_at_once_make_each_contact_once(tenant: Tenant, client: AsyncClient) -> None:
    rows = [row(number, full_name=f"ลูกค้า {number}") for number in range(30)]

    responses = await asyncio.gather(*(upsert(client, *rows) for _ in range(4)))

    assert [response.status_code for response in responses] == [200] * 4
    assert await tenant.count("contacts") == 30
    assert sum(statuses(response).count(201) for response in responses) == 30


async def test_a_thousand_rows_are_one_request_and_more_are_refused(tenant: Tenant, client: AsyncClient) -> None:
    rows = [row(number, full_name=f"Customer {number}") for number in range(1001)]

    too_many = await upsert(client, *rows)
    response = await upsert(client, *rows[:1000])

    assert too_many.status_code == 422
    assert (response.status_code, set(statuses(response))) == (200, {201})
    assert await tenant.count("contacts") == 1000
