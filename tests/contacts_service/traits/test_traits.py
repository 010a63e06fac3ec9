import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from shared.ids import new_id
from shared.testing.tenants import Tenant

Json = dict[str, Any]
COFFEE = {"kind": "interest", "name": "Coffee", "source": "call"}


async def contact(client: AsyncClient, name: str = "มาลี สวัสดี") -> str:
    return str((await client.post("/v1/contacts", json={"full_name": name})).json()["id"])


async def observe(client: AsyncClient, contact_id: str, **given: Any) -> Json:
    response = await client.post(f"/v1/contacts/{contact_id}/traits", json={**COFFEE, **given})
    assert response.status_code == 201, response.text
    trait: Json = response.json()
    return trait


async def traits(client: AsyncClient, path: str, **params: Any) -> list[Json]:
    response = await client.get(f"/v1/{path}", params=params)
    assert response.status_code == 200, response.text
    data: list[Json] = response.json()["data"]
    return data


def day(number: int) -> str:
    return f"2026-01-{number:02}T00:00:00.000Z"


async def test_of_one_kind_and_name_a_declared_one_counts_then_the_newest_then_the_most_certain(
    client: AsyncClient,
) -> None:
    person = await contact(client)
    derived = {"origin": "derived", "source": "orders-model"}
    order = [
        await observe(client, person, value="weak", **derived, observed_at=day(8), confidence=0.2),
        await observe(client, person, value="model", **derived, observed_at=day(9), confidence=0.9),
        await observe(client, person, value="old", observed_at=day(1), confidence=0.5),
        await observe(client, person, value="survey", observed_at=day(2), confidence=0.5, source="survey"),
        await observe(client, person, value="sure", observed_at=day(2), confidence=0.7, name="COFFÉE"),
    ]

    counting = []
    for _ in order:
        (current,) = await traits(client, f"contacts/{person}/traits")
        counting.append(current["value"])
        await client.delete(f"/v1/traits/{current['id']}")

    assert counting == ["sure", "survey", "old", "model", "weak"]
    assert await traits(client, f"contacts/{person}/traits") == []
    history = await traits(client, f"contacts/{person}/traits", history=True)
    assert [each["id"] for each in history] == [order[number]["id"] for number in (1, 0, 4, 3, 2)]
    assert all(each["withdrawn_at"] and not each["is_current"] for each in history)


async def test_what_has_expired_counts_no_more(client: AsyncClient) -> None:
    person = await contact(client)
    await observe(client, person, value="now", observed_at=day(1))
    await observe(client, person, value="of last month", observed_at=day(2), expires_at=day(3))

    current = await traits(client, f"contacts/{person}/traits")

    assert [each["value"] for each in current] == ["now"]
    assert [each["is_current"] for each in await traits(client, f"contacts/{person}/traits", history=True)] == [
        False,
        True,
    ]


async def test_the_same_observation_is_recorded_once_and_never_overwritten(client: AsyncClient, tenant: Tenant) -> None:
    person = await contact(client)
    given = {**COFFEE, "value": "arabica", "observed_at": day(1)}

    answers = await asyncio.gather(
        *(
            client.post(f"/v1/contacts/{person}/traits", json={**given, "name": name})
            for name in ("Coffee", "coffee") * 5
        )
    )
    other = await client.post(f"/v1/contacts/{person}/traits", json={**given, "value": "robusta", "confidence": 0.1})

    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert (other.status_code, other.json()["value"], other.json()["version"]) == (200, "arabica", 1)
    assert (await tenant.staged_types()).count("contacts.trait.observed.v1") == 1


@pytest.mark.parametrize(("value", "code"), [({}, "value_type"), (["x"], "value_type"), ("x" * 501, "string_too_long")])
async def test_a_value_of_no_kind_is_named_once(client: AsyncClient, value: Any, code: str) -> None:
    given = {**COFFEE, "value": value, "observed_at": day(1)}

    response = await client.post(f"/v1/contacts/{await contact(client)}/traits", json=given)

    assert response.status_code == 422
    assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [("/value", code)]


async def test_a_correction_keeps_what_stood_there(client: AsyncClient, tenant: Tenant) -> None:
    person = await contact(client)
    before = await observe(client, person, value="milk", confidence=0.4)
    url = f"/v1/traits/{before['id']}"

    corrected = await client.patch(url, json={"value": None, "confidence": 1}, headers={"If-Match": '"1"'})
    same = await client.patch(url, json={"confidence": 1})
    stale = await client.patch(url, json={"value": "oat"}, headers={"If-Match": '"1"'})
    too_soon = await client.patch(url, json={"expires_at": day(1)})

    history = await traits(client, f"contacts/{person}/traits", history=True)
    earlier = next(each for each in history if each["earlier_of"])
    assert (corrected.json()["value"], corrected.json()["version"], same.json()["version"]) == (None, 2, 2)
    assert (stale.status_code, too_soon.json()["code"]) == (412, "expires_too_soon")
    assert len(history) == 2
    assert (earlier["earlier_of"], earlier["value"], earlier["confidence"]) == (before["id"], "milk", 0.4)
    assert earlier["superseded_at"]
    assert (await client.get(f"/v1/traits/{earlier['id']}")).json() == earlier
    assert (await client.patch(f"/v1/traits/{earlier['id']}", json={"value": "x"})).status_code == 404
    assert await traits(client, f"contacts/{person}/traits") == [corrected.json()]


async def test_a_batch_records_each_once_and_fails_only_what_is_wrong(client: AsyncClient, tenant: Tenant) -> None:
    people = [await contact(client, f"P{number}") for number in range(3)]
    rows: list[Json] = [
        {"contact_id": each, "kind": "habit", "name": "ซื้อทุกสิ้นเดือน", "source": "orders", "observed_at": day(1)}
        for each in people
    ]
    bad = [{**rows[0], "contact_id": str(new_id())}, {**rows[0], "confidence": 2}, rows[0], {**rows[0], "value": True}]

    first = await client.post("/v1/traits/batch", json={"rows": [*rows, *bad]})
    again = await client.post("/v1/traits/batch", json={"rows": rows})

    results = first.json()["data"]
    assert (first.status_code, again.status_code) == (207, 200)
    assert [each["status"] for each in results] == [201, 201, 201, 404, 422, 200, 200]
    assert results[4]["problem"]["errors"][0]["pointer"] == "/confidence"
    assert {results[index]["id"] for index in (0, 5, 6)} == {results[0]["id"]}
    assert [(each["status"], each["id"]) for each in again.json()["data"]] == [
        (200, each["id"]) for each in results[:3]
    ]
    assert (await tenant.staged_types()).count("contacts.trait.observed.v1") == 3
    assert [each["origin"] for each in await traits(client, f"contacts/{people[0]}/traits")] == ["derived"]


async def test_contacts_are_found_by_what_counts_now(client: AsyncClient) -> None:
    people = [await contact(client, f"P{number}") for number in range(5)]
    for each in people:
        await observe(client, each, name="กาแฟดริป", confidence=0.1 * (people.index(each) + 1))
    await observe(client, people[0], name="ชา")
    (gone,) = await traits(client, f"contacts/{people[1]}/traits")
    await client.delete(f"/v1/traits/{gone['id']}")
    await client.delete(f"/v1/contacts/{people[2]}")

    asked: Json = {"kind": "interest", "name": "กาแฟดริ๊ป", "limit": 2}
    first = (await client.get("/v1/traits", params=asked)).json()
    second = (await client.get("/v1/traits", params={**asked, "cursor": first["next_cursor"]})).json()
    sure = await traits(client, "traits", kind="interest", name="กาแฟดริป", **{"confidence[gte]": "0.45"})

    found = [each["contact_id"] for each in first["data"] + second["data"]]
    assert found == [people[4], people[3], people[0]]
    assert second["next_cursor"] is None
    assert [each["contact_id"] for each in sure] == [people[4]]
    assert first["data"][0]["contact_name"] == "P4"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "wish"}, "kind"),
        ({"confidence": 1.01}, "confidence"),
        ({"confidence": "1"}, "confidence"),
        ({"value": {"a": 1}}, "value"),
        ({"observed_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}, "observed_at"),
        ({"observed_at": day(2), "expires_at": day(1)}, ""),
        ({"source": ""}, "source"),
        ({"name": "ก" * 201}, "name"),
    ],
)
async def test_what_is_no_observation_is_refused(client: AsyncClient, tenant: Tenant, given: Json, field: str) -> None:
    person = await contact(client)

    response = await client.post(f"/v1/contacts/{person}/traits", json={**COFFEE, **given})

    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["pointer"].startswith(f"/{field}" if field else "")
    assert await tenant.count("traits") == 0


async def test_nobody_has_no_traits(client: AsyncClient) -> None:
    nobody = new_id()

    answers = [
        await client.get(f"/v1/contacts/{nobody}/traits"),
        await client.post(f"/v1/contacts/{nobody}/traits", json=COFFEE),
        await client.get(f"/v1/traits/{nobody}"),
        await client.delete(f"/v1/traits/{nobody}"),
    ]

    assert [answer.json()["code"] for answer in answers] == ["contact_not_found"] * 2 + ["trait_not_found"] * 2
