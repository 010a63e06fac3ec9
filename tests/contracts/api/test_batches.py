"""1.2: up to 200 changes of one collection in one request, each with its own result."""

from typing import Any

import httpx

from shared.ids import new_id
from tests.contracts.api.collections import COMPANIES, UPSERTING, Collection
from tests.contracts.api.problems import problem_of

THAI = {"Accept-Language": "th"}


def _creates(collection: Collection, number: int) -> list[dict[str, Any]]:
    return [{"op": "create", "ref": f"row {place}", "data": collection.make()} for place in range(number)]


async def _batch(client: httpx.AsyncClient, collection: Collection, **body: Any) -> httpx.Response:
    return await client.post(f"{collection.path}/batch", json=body)


async def _count(client: httpx.AsyncClient, collection: Collection) -> int:
    listed = await client.get(collection.path, params={"include_total": "true", "limit": "1"})
    return int(listed.json()["total"]["value"])


async def test_a_batch_that_succeeds_is_200_and_keeps_the_order(
    client: httpx.AsyncClient, collection: Collection
) -> None:
    response = await _batch(client, collection, items=_creates(collection, 200))

    assert response.status_code == 200, response.text
    results = response.json()["data"]
    assert [(each["ref"], each["index"], each["status"]) for each in results] == [
        (f"row {place}", place, 201) for place in range(200)
    ]
    assert all(each["version"] == 1 and each["problem"] is None for each in results)
    assert await _count(client, collection) == 200


async def test_every_kind_of_change_in_one_batch(client: httpx.AsyncClient, collection: Collection) -> None:
    changed, deleted = [await collection.create(client) for _ in range(2)]
    items = [
        {"op": "create", "data": collection.make()},
        {"op": "update", "id": changed["id"], "if_version": 1, "data": collection.change},
        {"op": "delete", "id": deleted["id"]},
    ]

    response = await _batch(client, collection, items=items, atomic=True)

    assert response.status_code == 200, response.text
    assert [each["status"] for each in response.json()["data"]] == [201, 200, 204]
    assert (await client.get(f"{collection.path}/{changed['id']}")).json()["version"] == 2
    assert (await client.get(f"{collection.path}/{deleted['id']}")).status_code == 410


async def test_bad_items_fail_alone_and_the_batch_is_207(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)
    items = [
        {"op": "create", "data": collection.make()},
        {"op": "create", "data": {**collection.make(), **collection.wrong}},
        {"op": "create", "data": {**collection.make(), "shoe_size": 43}},
        {"op": "create", "data": {**collection.make(), "id": made["id"]}},
        {"op": "update", "id": made["id"], "if_version": 7, "data": collection.change},
        {"op": "update", "id": str(new_id()), "data": collection.change},
        {"op": "update", "data": collection.change},
    ]

    response = await _batch(client, collection, items=items)

    assert response.status_code == 207, response.text
    results = response.json()["data"]
    assert [each["status"] for each in results] == [201, 422, 422, 409, 412, 404, 422]
    assert [each["problem"]["code"] for each in results[1:5]] == [
        "validation_failed", "validation_failed", "id_taken", "version_mismatch",
    ]  # fmt: skip
    assert results[2]["problem"]["errors"][0]["pointer"].endswith("/shoe_size")
    assert await _count(client, collection) == 2


async def test_an_atomic_batch_with_a_bad_item_is_422_and_changes_nothing(
    client: httpx.AsyncClient, collection: Collection
) -> None:
    items = [*_creates(collection, 2), {"op": "create", "data": {**collection.make(), **collection.wrong}}]

    response = await _batch(client, collection, items=items, atomic=True)

    problem = problem_of(response, 422, "batch_failed")
    assert [each["pointer"].split("/")[:3] for each in problem["errors"]] == [["", "items", "2"]]
    assert await _count(client, collection) == 0


async def test_problems_of_items_are_in_the_clients_language(client: httpx.AsyncClient, collection: Collection) -> None:
    items = [{"op": "update", "id": str(new_id()), "data": collection.change}]

    response = await client.post(f"{collection.path}/batch", json={"items": items}, headers=THAI)

    [result] = response.json()["data"]
    assert result["problem"]["title"].startswith("ไม่พบ")
    assert response.headers["content-language"] == "th"


async def test_a_batch_has_1_to_200_items(client: httpx.AsyncClient, collection: Collection) -> None:
    none = await _batch(client, collection, items=[])
    many = await _batch(client, collection, items=_creates(collection, 201))

    for response in (none, many):
        assert problem_of(response, 422, "validation_failed")["errors"][0]["pointer"] == "/items"
    assert await _count(client, collection) == 0


async def test_a_batch_with_a_key_runs_once(client: httpx.AsyncClient, collection: Collection) -> None:
    header, body = {"Idempotency-Key": str(new_id())}, {"items": _creates(collection, 3)}

    first = await client.post(f"{collection.path}/batch", json=body, headers=header)
    again = await client.post(f"{collection.path}/batch", json=body, headers=header)

    assert again.headers["idempotent-replayed"] == "true"
    assert first.content == again.content
    assert await _count(client, collection) == 3


async def test_items_may_be_named_by_the_id_of_another_system(client: httpx.AsyncClient) -> None:
    for collection in UPSERTING:
        name = {"system": "shop", "id": str(new_id())}
        data = {key: value for key, value in collection.make().items() if key not in ("source", "number")}
        items = [
            {"op": "upsert", "external_id": name, "data": data},
            {"op": "upsert", "external_id": name, "data": {**data, **collection.change}},
            {"op": "delete", "external_id": name},
        ]

        response = await _batch(client, collection, items=items)

        assert [each["status"] for each in response.json()["data"]] == [201, 200, 204], response.text


async def test_new_companies_may_belong_to_each_other_but_not_in_a_circle(client: httpx.AsyncClient) -> None:
    mother, first, second = (str(new_id()) for _ in range(3))
    family = [
        {"op": "create", "id": mother, "data": {"name": "บริษัท แม่"}},
        {"op": "create", "data": {"name": "บริษัท ลูก", "parent_id": mother}},
    ]
    circle = [
        {"op": "create", "id": first, "data": {"name": "A", "parent_id": second}},
        {"op": "create", "id": second, "data": {"name": "B", "parent_id": first}},
    ]

    fine = await _batch(client, COMPANIES, items=family)
    round_trip = await _batch(client, COMPANIES, items=circle)

    assert [each["status"] for each in fine.json()["data"]] == [201, 201]
    assert [each["problem"]["code"] for each in round_trip.json()["data"]] == ["circular_hierarchy"] * 2


async def test_companies_are_named_by_id(client: httpx.AsyncClient) -> None:
    name = {"system": "shop", "id": "7"}
    items = [{"op": op, "external_id": name, "data": {}} for op in ("upsert", "update", "delete")]

    response = await _batch(client, COMPANIES, items=items)

    for result in response.json()["data"]:
        assert (result["status"], result["problem"]["errors"][0]["pointer"]) == (422, "/id")


async def test_a_tax_id_that_is_taken_fails_alone(client: httpx.AsyncClient) -> None:
    items = [{"op": "create", "data": {"name": name, "tax_id": "0105561000000"}} for name in ("A", "B")]

    response = await _batch(client, COMPANIES, items=items)

    assert [each["status"] for each in response.json()["data"]] == [201, 409]
