"""7.6: a change may name the version that it is based on; of several, one wins."""

import asyncio

import httpx
import pytest

from shared.ids import new_id
from tests.contracts.api.collections import UPSERTING, Collection
from tests.contracts.api.problems import problem_of


async def test_of_fifty_patches_of_one_version_one_wins(client: httpx.AsyncClient, collection: Collection) -> None:
    path = f"{collection.path}/{(await collection.create(client))['id']}"
    changes = [{"tags": [f"tag {number}"]} for number in range(50)]

    answers = await asyncio.gather(*(client.patch(path, json=each, headers={"If-Match": '"1"'}) for each in changes))

    won = [each for each in answers if each.status_code == 200]
    lost = [each for each in answers if each.status_code != 200]
    assert len(won) == 1
    for each in lost:
        assert problem_of(each, 412, "version_mismatch")["params"] == {"current_version": 2}
        assert each.headers["etag"] == '"2"'
    assert (await client.get(path)).json() == won[0].json()


@pytest.mark.parametrize("etag", ['"1"', 'W/"1"', "*"])
async def test_the_etag_of_a_record_allows_its_change(
    client: httpx.AsyncClient, collection: Collection, etag: str
) -> None:
    made = await client.post(collection.path, json=collection.make())

    changed = await client.patch(made.headers["location"], json=collection.change, headers={"If-Match": etag})

    assert made.headers["etag"] == '"1"'
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'


async def test_a_stale_etag_deletes_nothing(client: httpx.AsyncClient, collection: Collection) -> None:
    path = f"{collection.path}/{(await collection.create(client))['id']}"
    await client.patch(path, json=collection.change)

    response = await client.delete(path, headers={"If-Match": '"1"'})

    problem_of(response, 412, "version_mismatch")
    assert (await client.delete(path, headers={"If-Match": '"2"'})).status_code == 204


async def test_an_etag_that_is_none_is_refused(client: httpx.AsyncClient, collection: Collection) -> None:
    path = f"{collection.path}/{(await collection.create(client))['id']}"

    for bad in ("1", '"one"', '"1", "2"'):
        response = await client.patch(path, json=collection.change, headers={"If-Match": bad})
        assert problem_of(response, 400, "bad_precondition")["errors"][0]["header"] == "If-Match"


async def test_patches_without_an_etag_merge_by_field(client: httpx.AsyncClient, collection: Collection) -> None:
    path = f"{collection.path}/{(await collection.create(client))['id']}"
    owner = str(new_id())

    await asyncio.gather(client.patch(path, json=collection.change), client.patch(path, json={"owner_id": owner}))

    record = (await client.get(path)).json()
    [(name, value)] = collection.change.items()
    assert (record[name], record["owner_id"], record["version"]) == (value, owner, 3)


async def test_null_clears_and_absence_keeps(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client, owner_id=str(new_id()))

    changed = await client.patch(f"{collection.path}/{made['id']}", json={"owner_id": None})

    same = {"version", "updated_at", "owner_id"}
    assert changed.json()["owner_id"] is None
    assert {k: v for k, v in changed.json().items() if k not in same} == {
        k: v for k, v in made.items() if k not in same
    }


@pytest.fixture(params=UPSERTING, ids=lambda each: each.name)
def upserting(request: pytest.FixtureRequest) -> Collection:
    found: Collection = request.param
    return found


def _body(collection: Collection) -> dict[str, object]:
    return {name: value for name, value in collection.make().items() if name not in ("source", "number")}


def _path(collection: Collection) -> str:
    assert collection.by_key is not None
    return collection.by_key.format(new_id())


async def test_an_upsert_creates_then_changes_without_a_precondition(
    client: httpx.AsyncClient, upserting: Collection
) -> None:
    path, body = _path(upserting), _body(upserting)

    created = await client.put(path, json=body)
    same = await client.put(path, json=body)
    changed = await client.put(path, json={**body, **upserting.change})

    assert (created.status_code, same.status_code, changed.status_code) == (201, 200, 200)
    assert created.headers["location"] == f"{upserting.path}/{created.json()['id']}"
    assert [each.json()["version"] for each in (created, same, changed)] == [1, 1, 2]
    assert (await client.get(path)).json() == changed.json()


async def test_an_upsert_may_name_its_version(client: httpx.AsyncClient, upserting: Collection) -> None:
    path, body = _path(upserting), _body(upserting)

    missing = await client.put(path, json=body, headers={"If-Match": '"1"'})
    await client.put(path, json=body)
    changed = await client.put(path, json={**body, **upserting.change}, headers={"If-Match": '"1"'})
    stale = await client.put(path, json=body, headers={"If-Match": '"1"'})

    problem_of(missing, 412, "version_mismatch")
    assert changed.status_code == 200
    assert problem_of(stale, 412, "version_mismatch")["params"] == {"current_version": 2}


async def test_an_upsert_may_demand_to_create(client: httpx.AsyncClient, upserting: Collection) -> None:
    path, body, only_new = _path(upserting), _body(upserting), {"If-None-Match": "*"}

    created = await client.put(path, json=body, headers=only_new)
    again = await client.put(path, json={**body, **upserting.change}, headers=only_new)
    wrong = await client.put(path, json=body, headers={"If-None-Match": '"1"'})

    assert created.status_code == 201
    problem = problem_of(again, 412, "already_exists")
    assert problem["params"] == {"current_version": 1}
    assert again.headers["etag"] == '"1"'
    assert problem_of(wrong, 400, "bad_precondition")["errors"][0]["header"] == "If-None-Match"
    assert (await client.get(path)).json() == created.json()


async def test_upserts_of_one_key_at_once_make_one_record(client: httpx.AsyncClient, upserting: Collection) -> None:
    for _ in range(3):
        path, body = _path(upserting), _body(upserting)

        answers = await asyncio.gather(*(client.put(path, json=body) for _ in range(10)))

        assert sorted(each.status_code for each in answers) == [200] * 9 + [201]
        assert len({each.json()["id"] for each in answers}) == 1


async def test_keys_of_other_systems_may_hold_any_character(client: httpx.AsyncClient, upserting: Collection) -> None:
    assert upserting.by_key is not None
    body = _body(upserting)

    for awkward in ("2026%2F17", "%E0%B8%AA%20b", "a%3Fb%23c", "50%25"):
        path = upserting.by_key.format(awkward)
        created = await client.put(path, json=body)
        read = await client.get(path)

        assert (created.status_code, read.status_code) == (201, 200), (awkward, created.text)
