"""1.1: pages, filters, sorts, fields and totals of every collection."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import time_machine

from shared.ids import new_id
from tests.contracts.api.collections import CONTACTS, ORDERS, Collection
from tests.contracts.api.problems import problem_of


async def _fill(client: httpx.AsyncClient, collection: Collection, number: int) -> list[str]:
    """The ids, in the order in which the records were made."""
    return [(await collection.create(client))["id"] for _ in range(number)]


async def test_pages_give_every_record_once_and_end_with_null(
    client: httpx.AsyncClient, collection: Collection
) -> None:
    ids = await _fill(client, collection, 5)

    seen: list[str] = []
    url = f"{collection.path}?limit=2&sort=created_at"
    while url:
        response = await client.get(url)
        body = response.json()
        seen += [each["id"] for each in body["data"]]
        url = response.links["next"]["url"] if "next" in response.links else ""
        assert bool(url) == (body["next_cursor"] is not None)

    assert seen == ids


async def test_a_cursor_that_was_touched_is_refused(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, collection: Collection
) -> None:
    await _fill(client, collection, 2)
    cursor = (await client.get(collection.path, params={"limit": 1})).json()["next_cursor"]
    middle = len(cursor) // 2
    other = "A" if cursor[middle] != "A" else "B"

    for touched in (cursor[:middle] + other + cursor[middle + 1 :], cursor[:-4], cursor + "AAAA", "é", "%00"):
        problem_of(await client.get(collection.path, params={"limit": 1, "cursor": touched}), 400, "bad_cursor")
    foreign = await stranger.get(collection.path, params={"limit": 1, "cursor": cursor})
    problem_of(foreign, 400, "bad_cursor")


async def test_a_cursor_belongs_to_its_filter_and_sort(client: httpx.AsyncClient, collection: Collection) -> None:
    await _fill(client, collection, 2)
    cursor = (await client.get(collection.path, params={"limit": 1})).json()["next_cursor"]
    field, value = collection.text

    for changed in ({"sort": "created_at"}, {field: value}):
        response = await client.get(collection.path, params={"limit": 1, "cursor": cursor, **changed})
        problem_of(response, 400, "cursor_mismatch")
    shorter = await client.get(collection.path, params={"limit": 2, "cursor": cursor, "fields": "id"})

    assert shorter.status_code == 200, shorter.text


@pytest.mark.parametrize("limit", ["201", "0", "-1", "many"])
async def test_a_page_has_1_to_200_rows(client: httpx.AsyncClient, collection: Collection, limit: str) -> None:
    response = await client.get(collection.path, params={"limit": limit})

    assert problem_of(response, 422, "validation_failed")["errors"][0]["parameter"] == "limit"


async def test_totals_are_given_when_asked_for(client: httpx.AsyncClient, collection: Collection) -> None:
    await _fill(client, collection, 2)

    without = await client.get(collection.path, params={"limit": 1})
    with_total = await client.get(collection.path, params={"limit": 1, "include_total": "true"})
    found = await client.post(f"{collection.path}/search", json={"limit": 1, "include_total": True})

    assert "total" not in without.json()
    assert with_total.json()["total"] == found.json()["total"] == {"value": 2, "relation": "eq"}


async def test_every_operator_of_text_and_tags(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)
    field, value = collection.text
    start, inner = value[:3], value[1:-1]
    finds = {
        field: value, f"{field}[eq]": value, f"{field}[ne]": "x", f"{field}[in]": f"x,{value}", f"{field}[nin]": "x,y",
        f"{field}[contains]": inner, f"{field}[starts_with]": start, f"{field}[is_null]": "false",
        "tags[contains]": "VIP", "tags[is_null]": "false",
    }  # fmt: skip
    misses = {
        field: "x", f"{field}[eq]": "x", f"{field}[ne]": value, f"{field}[in]": "x,y", f"{field}[nin]": f"x,{value}",
        f"{field}[contains]": "%", f"{field}[starts_with]": "_", f"{field}[is_null]": "true",
        "tags[contains]": "vi", "tags[is_null]": "true",
    }  # fmt: skip

    for name, wanted in finds.items():
        response = await client.get(collection.path, params={name: wanted, "fields": "id"})
        assert response.json()["data"] == [{"id": made["id"]}], (name, response.text)
    for name, wanted in misses.items():
        response = await client.get(collection.path, params={name: wanted})
        assert response.json()["data"] == [], (name, response.text)


async def test_every_operator_of_ids_and_instants(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)
    record_id, at = made["id"], made["created_at"]
    finds = {
        "id": record_id, "id[in]": f"{record_id},{new_id()}", "id[ne]": str(new_id()), "owner_id[is_null]": "true",
        "created_at[eq]": at, "created_at[gte]": at, "created_at[lte]": at,
        "created_at[gt]": "2020-01-01T07:00:00+07:00", "created_at[lt]": "2100-01-01T00:00:00Z",
    }  # fmt: skip
    misses = {"id[ne]": record_id, "id[nin]": record_id, "created_at[gt]": at, "created_at[lt]": at}

    for name, wanted in finds.items():
        response = await client.get(collection.path, params={name: wanted})
        assert [each["id"] for each in response.json()["data"]] == [record_id], (name, response.text)
    for name, wanted in misses.items():
        assert (await client.get(collection.path, params={name: wanted})).json()["data"] == [], name


async def test_amounts_are_compared_as_numbers(client: httpx.AsyncClient) -> None:
    await ORDERS.create(client)

    for params, found in (
        ({"total_amount[gt]": "12.29", "total_amount[lt]": "12.31"}, 1),
        ({"total_amount": "12.3"}, 1),
        ({"total_amount[gte]": "100"}, 0),
    ):
        response = await client.get(ORDERS.path, params=params)
        assert len(response.json()["data"]) == found, params


async def test_filters_that_cannot_be_read_are_named(client: httpx.AsyncClient, collection: Collection) -> None:
    for name, value in (
        ("created_at[gt]", "yesterday"), ("id", "seven"), ("id[contains]", "a"), ("notes[eq]", "x"), ("id[in]", ""),
        ("owner_id[is_null]", "perhaps"),
    ):  # fmt: skip
        response = await client.get(collection.path, params={name: value})

        problem = problem_of(response, 422, response.json()["code"])
        assert problem["errors"][0]["parameter"] == name


async def test_sorts_turn_round_and_break_ties_by_id(client: httpx.AsyncClient, collection: Collection) -> None:
    ids = await _fill(client, collection, 3)

    up = await client.get(collection.path, params={"sort": "created_at", "fields": "id"})
    down = await client.get(collection.path, params={"sort": "-created_at,id", "fields": "id"})
    own = await client.get(collection.path, params={"sort": f"-{collection.sort}"})
    unknown = await client.get(collection.path, params={"sort": "shoe_size"})

    assert [each["id"] for each in up.json()["data"]] == ids
    assert [each["id"] for each in down.json()["data"]] == ids[::-1]
    assert own.status_code == 200
    problem = problem_of(unknown, 422, "invalid_sort")
    assert problem["errors"][0]["parameter"] == "sort"
    assert collection.sort in problem["detail"]


async def test_fields_are_those_that_were_asked_for(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)
    field, value = collection.text

    some = await client.get(collection.path, params={"fields": f"{field},created_at"})
    found = await client.post(f"{collection.path}/search", json={"fields": field})
    unknown = await client.get(collection.path, params={"fields": "id,shoe_size"})

    assert some.json()["data"] == [{"id": made["id"], field: value, "created_at": made["created_at"]}]
    assert found.json()["data"] == [{"id": made["id"], field: value}]
    assert problem_of(unknown, 422, "unknown_field")["errors"][0]["parameter"] == "fields"


async def test_records_are_the_same_however_they_are_read(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)

    one = await client.get(f"{collection.path}/{made['id']}")
    listed = await client.get(collection.path)
    found = await client.post(f"{collection.path}/search", json={})

    assert one.json() == made
    assert listed.json()["data"] == found.json()["data"] == [made]
    assert set(made) >= {"id", "type", "version", "created_at", "updated_at", "owner_id", "external_ids"}
    assert made["created_at"].endswith("Z")
    assert len(made["created_at"]) == len("2026-11-26T03:15:42.130Z")


async def test_search_takes_trees(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)
    field, value = collection.text
    here = {"field": field, "op": "eq", "value": value}
    elsewhere = {"field": field, "op": "eq", "value": "x"}
    trees: list[tuple[dict[str, Any], bool]] = [
        ({"and": [here, {"field": "tags", "op": "contains", "value": "VIP"}]}, True),
        ({"or": [elsewhere, here]}, True),
        ({"not": elsewhere}, True),
        ({"and": [{"or": [elsewhere, {"not": {"not": here}}]}]}, True),
        ({"field": "id", "op": "in", "value": [made["id"], str(new_id())]}, True),
        ({"and": [here, elsewhere]}, False),
        ({"not": here}, False),
    ]

    for tree, found in trees:
        response = await client.post(f"{collection.path}/search", json={"filter": tree})
        assert [each["id"] for each in response.json()["data"]] == ([made["id"]] if found else []), tree


async def test_search_trees_are_bounded_and_their_errors_named(
    client: httpx.AsyncClient, collection: Collection
) -> None:
    leaf = {"field": collection.text[0], "op": "eq", "value": "x"}
    fits: dict[str, Any] = {"or": [{"and": [leaf] * 25}, {"and": [leaf] * 25}]}
    deep: dict[str, Any] = leaf
    for _ in range(5):
        deep = {"not": deep}
    bad = [
        ({"or": [{"and": [leaf] * 25}, {"and": [leaf] * 26}]}, "/filter"),
        (deep, "/filter"),
        ({"and": [leaf, {**leaf, "field": "shoe_size"}]}, "/filter/and/1/field"),
        ({"or": [{"not": {"field": "created_at", "op": "gt", "value": "soon"}}]}, "/filter/or/0/not/value"),
    ]

    assert (await client.post(f"{collection.path}/search", json={"filter": fits})).status_code == 200
    for tree, pointer in bad:
        response = await client.post(f"{collection.path}/search", json={"filter": tree})
        problem = problem_of(response, 422, response.json()["code"])
        assert problem["errors"][0]["pointer"] == pointer, problem


async def test_what_a_search_has_in_its_body_is_named_there(client: httpx.AsyncClient, collection: Collection) -> None:
    for name, value, status in (
        ("sort", "shoe_size", 422), ("fields", "shoe_size", 422), ("expand", "shoe", 422), ("cursor", "bm9uZQ", 400),
        ("limit", 201, 422),
    ):  # fmt: skip
        response = await client.post(f"{collection.path}/search", json={name: value})

        problem = problem_of(response, status, response.json()["code"])
        assert problem["errors"][0]["pointer"] == f"/{name}"


async def test_pages_of_a_search_go_on_with_the_cursor_in_the_body(
    client: httpx.AsyncClient, collection: Collection
) -> None:
    ids = await _fill(client, collection, 3)
    asked = {"sort": "created_at", "limit": 2}

    first = await client.post(f"{collection.path}/search", json=asked)
    second = await client.post(f"{collection.path}/search", json={**asked, "cursor": first.json()["next_cursor"]})

    assert [each["id"] for each in first.json()["data"] + second.json()["data"]] == ids
    assert second.json()["next_cursor"] is None
    assert "link" not in first.headers


async def test_lists_are_kept_by_nobody(client: httpx.AsyncClient, collection: Collection) -> None:
    listed = await client.get(collection.path)
    found = await client.post(f"{collection.path}/search", json={})

    assert listed.headers["cache-control"] == found.headers["cache-control"] == "private, no-store"


async def test_the_next_page_keeps_the_question_of_the_first(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await CONTACTS.create(client)
    response = await client.get(CONTACTS.path, params={"limit": 1, "job_title[contains]": "จัด", "fields": "id"})

    following = await client.get(response.links["next"]["url"])

    assert len(following.json()["data"]) == 1
    assert set(following.json()["data"][0]) == {"id"}


async def test_a_cursor_goes_stale_after_a_week(client: httpx.AsyncClient, collection: Collection) -> None:
    await _fill(client, collection, 2)
    with time_machine.travel(datetime.now(UTC) - timedelta(days=8)):
        cursor = (await client.get(collection.path, params={"limit": 1})).json()["next_cursor"]

    response = await client.get(collection.path, params={"limit": 1, "cursor": cursor})

    problem_of(response, 410, "cursor_expired")
