import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from tests.interaction_service.facts import Facts, baht

START = datetime(2026, 11, 1, tzinfo=UTC)


async def log(client: AsyncClient, contact_id: UUID, hour: int, **fields: Any) -> dict[str, Any]:
    moment = (START + timedelta(hours=hour)).isoformat()
    body = {"kind": "call", "direction": "inbound", "contact_id": str(contact_id), "occurred_at": moment, **fields}
    response = await client.post("/v1/interactions", json=body)
    assert response.status_code == 201, response.text
    logged: dict[str, Any] = response.json()
    return logged


async def order(client: AsyncClient, contact_id: UUID, hour: int) -> dict[str, Any]:
    moment = (START + timedelta(hours=hour)).isoformat()
    body = {
        "source": "shop", "number": str(hour), "total": baht("12.30"),
        "contact_id": str(contact_id), "placed_at": moment,
    }  # fmt: skip
    response = await client.post("/v1/orders", json=body)
    assert response.status_code == 201, response.text
    placed: dict[str, Any] = response.json()
    return placed


async def pages(client: AsyncClient, contact_id: UUID, **params: Any) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = []
    while True:
        response = await client.get(f"/v1/contacts/{contact_id}/timeline", params=params)
        assert response.status_code == 200, response.text
        found.append(response.json()["data"])
        if response.json()["next_cursor"] is None:
            return found
        params["cursor"] = response.json()["next_cursor"]


async def test_interactions_and_orders_stand_in_one_order_newest_first(client: AsyncClient) -> None:
    contact_id = new_id()
    for hour in (1, 3, 5):
        await log(client, contact_id, hour)
    for hour in (2, 4):
        await order(client, contact_id, hour)
    await log(client, new_id(), 6)

    found = await pages(client, contact_id, limit=2)

    entries = [entry for page in found for entry in page]
    assert [len(page) for page in found] == [2, 2, 1]
    assert [entry["type"] for entry in entries] == ["interaction", "order", "interaction", "order", "interaction"]
    assert [entry["occurred_at"] for entry in entries] == [f"2026-11-01T0{hour}:00:00.000Z" for hour in (5, 4, 3, 2, 1)]
    assert (entries[1]["number"], entries[1]["total"], entries[1]["kind"]) == ("4", baht("12.30"), None)
    assert (entries[1]["returned"], entries[0]["total"]) == (baht("0.00"), None)
    assert (entries[0]["kind"], entries[0]["number"]) == ("call", None)


async def test_entries_of_one_instant_are_neither_lost_nor_repeated(client: AsyncClient) -> None:
    contact_id = new_id()
    ids = {(await log(client, contact_id, 1))["id"] for _ in range(7)}

    found = await pages(client, contact_id, limit=2)

    entries = [entry["id"] for page in found for entry in page]
    assert len(entries) == 7
    assert set(entries) == ids


async def test_pages_lose_and_repeat_nothing_while_others_write(client: AsyncClient) -> None:
    contact_id = new_id()
    before = [(await log(client, contact_id, hour))["id"] for hour in range(20)]

    async def write() -> None:
        for hour in range(20, 40):
            await log(client, contact_id, hour)

    writing = asyncio.create_task(write())
    found = await pages(client, contact_id, limit=3)
    await writing

    entries = [entry["id"] for page in found for entry in page]
    assert len(set(entries)) == len(entries)
    assert entries[-20:] == before[::-1]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ("order", ["order"]),
        ("interaction", ["visit", "note", "call"]),
        ("call,visit", ["visit", "call"]),
        ("order,note", ["order", "note"]),
        ("order,interaction,note", ["order", "visit", "note", "call"]),
    ],
)
async def test_types_choose_what_is_listed(client: AsyncClient, types: str, expected: list[str]) -> None:
    contact_id = new_id()
    for hour, kind in enumerate(("call", "note", "visit")):
        await log(client, contact_id, hour, kind=kind)
    await order(client, contact_id, 9)

    found = await pages(client, contact_id, types=types, limit=1)

    assert [entry["kind"] or entry["type"] for page in found for entry in page] == expected


async def test_bad_parameters_are_named(client: AsyncClient) -> None:
    path = f"/v1/contacts/{new_id()}"

    answers = [
        await client.get(f"{path}/timeline?types=fax"),
        await client.get(f"{path}/timeline?limit=201"),
        await client.get(f"{path}/timeline?sort=x"),
        await client.get(f"{path}/timeline?cursor=abc"),
        await client.get("/v1/contacts/42/timeline"),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422, 400, 422]
    assert [answer.json()["errors"][0].get("parameter") for answer in answers[:4]] == [
        "types", "limit", "sort", "cursor",
    ]  # fmt: skip


async def test_a_cursor_of_another_contact_is_refused(client: AsyncClient) -> None:
    first, second = new_id(), new_id()
    for hour in range(2):
        await log(client, first, hour)
    cursor = (await client.get(f"/v1/contacts/{first}/timeline?limit=1")).json()["next_cursor"]

    response = await client.get(f"/v1/contacts/{second}/timeline?limit=1&cursor={cursor}")

    assert (response.status_code, response.json()["code"]) == (400, "cursor_mismatch")


async def test_deleted_entries_are_not_listed(client: AsyncClient) -> None:
    contact_id = new_id()
    await client.delete(f"/v1/interactions/{(await log(client, contact_id, 1))['id']}")
    await client.delete(f"/v1/orders/{(await order(client, contact_id, 2))['id']}")

    assert await pages(client, contact_id) == [[]]


async def test_the_last_contact_tells_when_about_what_how_solved_and_by_whom(client: AsyncClient) -> None:
    contact_id, ploy = new_id(), str(new_id())
    await log(client, contact_id, 1, subject="older")
    spoken = await log(
        client,
        contact_id,
        2,
        kind="visit",
        subject="เยี่ยมร้าน",
        resolution="สั่งเพิ่ม 12 ชิ้น",
        outcome="sold",
        responsible_id=ploy,
    )
    await log(client, contact_id, 3, kind="note", direction="internal")
    await log(client, contact_id, 4, kind="meeting", direction="internal")

    response = await client.get(f"/v1/contacts/{contact_id}/last-contact")

    assert response.status_code == 200
    assert response.json() == {
        "contacted_at": spoken["occurred_at"], "kind": "visit", "direction": "inbound", "subject": "เยี่ยมร้าน",
        "outcome": "sold", "resolution": "สั่งเพิ่ม 12 ชิ้น", "responsible_id": ploy, "interaction_id": spoken["id"],
    }  # fmt: skip


async def test_a_known_contact_that_nobody_spoke_to_has_nulls(client: AsyncClient, facts: Facts) -> None:
    contact_id = new_id()
    await facts.contact(contact_id)

    last = await client.get(f"/v1/contacts/{contact_id}/last-contact")

    assert last.status_code == 200
    assert set(last.json().values()) == {None}
    assert await pages(client, contact_id) == [[]]


async def test_a_contact_that_nobody_ever_heard_of_is_not_found(client: AsyncClient) -> None:
    path = f"/v1/contacts/{new_id()}"

    answers = [await client.get(f"{path}/last-contact"), await client.get(f"{path}/timeline")]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(404, "contact_not_found")] * 2


async def test_another_tenant_finds_nothing(service: ServiceUnderTest, client: AsyncClient) -> None:
    contact_id = new_id()
    await log(client, contact_id, 1)

    async with service.client(service.tenant()) as other:
        answers = [await other.get(f"/v1/contacts/{contact_id}/{part}") for part in ("timeline", "last-contact")]

    assert {each.status_code for each in answers} == {404}
