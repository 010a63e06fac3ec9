"""7.3: every refusal is a problem that names the field and the cure."""

import re
from collections.abc import Awaitable, Callable, Iterator
from uuid import uuid4

import httpx

from shared.errors import SamphanError
from shared.ids import new_id
from shared.web.problems import TITLES
from tests.contracts.api.collections import CONTACTS, Collection
from tests.contracts.api.conftest import Account, System, gateway_with
from tests.contracts.api.problems import problem_of

THAI = re.compile("[ก-๙]")
JSON = {"Content-Type": "application/json"}


async def test_json_that_is_none_is_400(client: httpx.AsyncClient, collection: Collection) -> None:
    response = await client.post(collection.path, content=b'{"tags": ', headers=JSON)

    problem_of(response, 400, "malformed_json")


async def test_a_cursor_that_is_none_is_400(client: httpx.AsyncClient, collection: Collection) -> None:
    response = await client.get(collection.path, params={"cursor": "bm9uc2Vuc2U"})

    assert problem_of(response, 400, "bad_cursor")["errors"][0]["parameter"] == "cursor"


async def test_nobody_is_401_and_told_how_to_sign_in(nobody: httpx.AsyncClient, collection: Collection) -> None:
    for credential in ({}, *({"Authorization": each} for each in ("Bearer", "Bearer nonsense", "Basic YTpi"))):
        response = await nobody.get(collection.path, headers=credential)

        problem = problem_of(response, 401, response.json()["code"])
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert not problem["retryable"]


async def test_a_missing_scope_is_403(system: System, client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)
    reading = {"name": "reader", "scopes": [f"{collection.scope}:read"]}
    key = (await client.post("/v1/api-keys", json=reading)).json()["key"]

    async with httpx.AsyncClient(base_url=system.url, headers={"Authorization": f"Bearer {key}"}) as reader:
        read = await reader.get(f"{collection.path}/{made['id']}")
        written = await reader.post(collection.path, json=collection.make())

    assert read.status_code == 200
    assert problem_of(written, 403, "insufficient_scope")["params"]["scope"] == f"{collection.scope}:write"
    assert 'error="insufficient_scope"' in written.headers["www-authenticate"]


async def test_a_record_of_another_tenant_is_404_like_one_that_never_was(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, collection: Collection
) -> None:
    made = await collection.create(client)

    for method, body in (("GET", None), ("PATCH", collection.change), ("DELETE", None)):
        foreign = await stranger.request(method, f"{collection.path}/{made['id']}", json=body)
        missing = await stranger.request(method, f"{collection.path}/{new_id()}", json=body)

        code = missing.json()["code"]
        assert problem_of(foreign, 404, code)["params"] == problem_of(missing, 404, code)["params"]
    assert (await client.get(f"{collection.path}/{made['id']}")).json() == made


async def test_paths_that_nobody_has_are_404(client: httpx.AsyncClient) -> None:
    for path in ("/v1/unicorns", "/v2/contacts", "/nothing", "/v1/contacts/x/y/z/nothing"):
        problem_of(await client.get(path), 404, "not_found")


async def test_405_names_every_method_of_the_path(client: httpx.AsyncClient, collection: Collection) -> None:
    of_record = await client.post(f"{collection.path}/{new_id()}", json={})
    of_collection = await client.delete(collection.path)

    problem_of(of_record, 405, "method_not_allowed")
    problem_of(of_collection, 405, "method_not_allowed")
    assert of_record.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"
    assert of_collection.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_what_we_cannot_write_is_406(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)

    for path in (collection.path, f"{collection.path}/{made['id']}"):
        for accept in ("text/html", "image/*", "application/xml;q=0.9, text/csv", "application/json;q=0, */*"):
            response = await client.get(path, headers={"Accept": accept})

            assert problem_of(response, 406, "not_acceptable")["errors"][0]["header"] == "Accept"


async def test_what_is_not_acceptable_changes_nothing(
    client: httpx.AsyncClient, collection: Collection, account: Account
) -> None:
    response = await client.post(collection.path, json=collection.make(), headers={"Accept": "text/html"})

    problem_of(response, 406, "not_acceptable")
    assert (await client.get(collection.path)).json()["data"] == []


async def test_json_is_written_for_all_who_can_read_it(client: httpx.AsyncClient, collection: Collection) -> None:
    for accept in (
        "*/*",
        "application/*",
        "application/json",
        "application/problem+json",
        "text/html, */*;q=0.1",
        "Application/JSON; charset=utf-8",
        "text/html;level=1, application/json;q=0.5",
    ):
        response = await client.get(collection.path, headers={"Accept": accept})

        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == "application/json"


async def test_clients_may_choose_ids_of_version_7(client: httpx.AsyncClient, collection: Collection) -> None:
    chosen = str(new_id())

    made = await collection.create(client, id=chosen)
    random = await client.post(collection.path, json={**collection.make(), "id": str(uuid4())})

    assert made["id"] == chosen
    assert problem_of(random, 422, "validation_failed")["errors"][0]["pointer"] == "/id"


async def test_a_second_record_of_one_id_is_409(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)

    response = await client.post(collection.path, json={**collection.make(), "id": made["id"]})

    assert problem_of(response, 409, "id_taken")["errors"][0]["pointer"] == "/id"


async def test_a_deleted_record_is_410_until_it_is_restored(client: httpx.AsyncClient, collection: Collection) -> None:
    path = f"{collection.path}/{(await collection.create(client))['id']}"
    deleted = await client.delete(path)

    read = await client.get(path)
    changed = await client.patch(path, json=collection.change)
    listed = await client.get(collection.path)
    restored = await client.post(f"{path}/restore")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert "/restore" in problem_of(read, 410, "resource_deleted")["detail"]
    problem_of(changed, 410, "resource_deleted")
    assert listed.json()["data"] == []
    assert restored.status_code == 200
    assert (await client.get(path)).json() == restored.json()


async def test_another_media_type_is_415(client: httpx.AsyncClient, collection: Collection) -> None:
    response = await client.post(collection.path, content=b"<a/>", headers={"Content-Type": "text/xml"})

    problem_of(response, 415, "unsupported_media_type")
    assert "application/json" in response.headers["accept"]


async def test_merge_patch_has_a_media_type_of_its_own(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)

    response = await client.patch(
        f"{collection.path}/{made['id']}",
        json=collection.change,
        headers={"Content-Type": "application/merge-patch+json"},
    )

    assert response.status_code == 200
    assert response.json()["version"] == 2


async def test_typing_errors_are_422(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)

    in_body = await client.post(collection.path, json={**collection.make(), "tgas": []})
    in_patch = await client.patch(f"{collection.path}/{made['id']}", json={"tgas": []})
    odd = await client.post(collection.path, json={**collection.make(), "a/b~c": 1})
    in_query = await client.get(collection.path, params={"limti": 7})
    in_record_query = await client.get(f"{collection.path}/{made['id']}", params={"limti": 7})

    for response, place in (
        (in_body, {"pointer": "/tgas"}),
        (in_patch, {"pointer": "/tgas"}),
        (odd, {"pointer": "/a~1b~0c"}),
        (in_query, {"parameter": "limti"}),
        (in_record_query, {"parameter": "limti"}),
    ):
        [error] = problem_of(response, 422, response.json()["code"])["errors"]
        assert error["code"] == "unknown_field"
        assert place.items() <= error.items()


async def test_values_are_422_and_named(client: httpx.AsyncClient, collection: Collection) -> None:
    [name] = collection.wrong

    response = await client.post(collection.path, json={**collection.make(), **collection.wrong})

    problem = problem_of(response, 422, response.json()["code"])
    assert problem["errors"][0]["pointer"].startswith(f"/{name}")


async def test_an_id_that_is_none_is_422(client: httpx.AsyncClient, collection: Collection) -> None:
    problem_of(await client.get(f"{collection.path}/not-an-id"), 422, "validation_failed")


async def test_too_many_requests_are_429(
    system: System, new_account: Callable[[], Awaitable[Account]], collection: Collection
) -> None:
    account = await new_account()
    async with gateway_with(system, account, rate_burst=2, rate_burst_window_s=1000) as client:
        answers = [await client.get(collection.path) for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert problem_of(answers[2], 429, "rate_limited")["retryable"]
    assert int(answers[2].headers["retry-after"]) >= 1
    assert answers[2].headers["ratelimit"].startswith('"burst";r=0;t=')
    assert answers[2].headers["ratelimit-policy"].startswith('"burst";q=2;w=1000')


async def test_problems_are_in_the_clients_language_and_their_codes_in_none(
    client: httpx.AsyncClient, collection: Collection
) -> None:
    path = f"{collection.path}/{new_id()}"

    english = await client.get(path, headers={"Accept-Language": "en"})
    thai = await client.get(path, headers={"Accept-Language": "de, th-TH;q=0.9, en;q=0.8"})

    assert (english.headers["content-language"], thai.headers["content-language"]) == ("en", "th")
    assert english.json()["title"].startswith("No such ")
    assert thai.json()["title"].startswith("ไม่พบ")
    assert english.json()["code"] == thai.json()["code"]


async def test_the_gateways_own_refusals_are_in_the_clients_language(nobody: httpx.AsyncClient) -> None:
    response = await nobody.get(CONTACTS.path, headers={"Accept-Language": "th"})

    assert problem_of(response, 401, "unauthenticated")["title"] == "ยังไม่ได้ลงชื่อเข้าใช้"
    assert response.headers["content-language"] == "th"


async def test_every_problem_has_a_title_in_english_and_thai(system: System) -> None:
    titles = {kind.__name__: kind.title or TITLES.get(kind.status, ("", "")) for kind in _kinds(SamphanError)}

    assert len(titles) > 90
    assert [name for name, (english, _) in titles.items() if not english.isascii() or not english] == []
    assert [name for name, (_, thai) in titles.items() if not THAI.search(thai)] == []


def _kinds(kind: type[SamphanError]) -> Iterator[type[SamphanError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)
