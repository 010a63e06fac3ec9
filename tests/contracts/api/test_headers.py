"""7.2: what every answer carries, and the methods that HTTP brings along."""

import httpx

from shared.ids import new_id
from tests.contracts.api.collections import CONTACTS, Collection

ALWAYS = ("x-request-id", "ratelimit", "ratelimit-policy", "vary", "cache-control", "x-content-type-options")
VARY = {"Accept-Encoding", "Accept-Language", "Authorization", "Origin"}
EXPOSED = {
    "ETag", "Location", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", "Deprecation", "Sunset",
    "Idempotent-Replayed", "X-Request-Id", "Content-Language", "Preference-Applied", "Accept-Encoding", "Allow",
}  # fmt: skip


async def _answers(
    client: httpx.AsyncClient, nobody: httpx.AsyncClient, collection: Collection
) -> list[httpx.Response]:
    made = await client.post(collection.path, json=collection.make())
    path = made.headers["location"]
    return [
        made,
        await client.get(path),
        await client.get(path, headers={"If-None-Match": "*"}),
        await client.head(path),
        await client.options(path),
        await client.get(collection.path),
        await client.post(f"{collection.path}/search", json={}),
        await client.post(path),
        await client.patch(path, json={"shoe_size": 43}),
        await client.delete(path),
        await client.get(path),
        await client.get(f"/v1/{new_id()}"),
        await nobody.get(path),
    ]


async def test_every_answer_has_the_headers_of_the_contract_once(
    client: httpx.AsyncClient, nobody: httpx.AsyncClient, collection: Collection
) -> None:
    for answer in await _answers(client, nobody, collection):
        for name in ALWAYS:
            assert len(answer.headers.get_list(name)) == 1, (answer.request.method, answer.url, answer, name)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert {name.strip() for name in answer.headers["vary"].split(",")} >= VARY


async def test_a_request_id_of_the_client_comes_back(client: httpx.AsyncClient, collection: Collection) -> None:
    good = await client.get(f"{collection.path}/{new_id()}", headers={"X-Request-Id": "Order-17.a_b"})

    assert good.headers["x-request-id"] == good.json()["request_id"] == "Order-17.a_b"
    for bad in ("with space", "x" * 129, "semi;colon", ""):
        made = await client.get(collection.path, headers={"X-Request-Id": bad})
        assert made.headers["x-request-id"] != bad
        assert len(made.headers["x-request-id"]) == 36


async def test_quota_counts_down(client: httpx.AsyncClient, collection: Collection) -> None:
    first, second = [await client.get(collection.path) for _ in range(2)]

    def left(answer: httpx.Response) -> int:
        name, remaining, reset = answer.headers["ratelimit"].split(";")
        assert name == '"burst"'
        assert int(reset.removeprefix("t=")) >= 0
        return int(remaining.removeprefix("r="))

    assert left(second) <= left(first)
    policies = first.headers["ratelimit-policy"].split(", ")
    assert [each.split(";")[0] for each in policies] == ['"burst"', '"day"']


async def test_head_is_get_without_the_body(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)

    for path in (collection.path, f"{collection.path}/{made['id']}", f"{collection.path}/{new_id()}"):
        read, head = await client.get(path), await client.head(path)

        assert (head.status_code, head.content) == (read.status_code, b"")
        for name in ("content-type", "content-length", "cache-control"):
            assert head.headers[name] == read.headers[name], (path, name)
        assert head.headers.get("etag") == read.headers.get("etag")


async def test_options_names_the_methods(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await collection.create(client)

    for path, allowed in (
        (collection.path, "GET, HEAD, OPTIONS, POST"),
        (f"{collection.path}/{made['id']}", "DELETE, GET, HEAD, OPTIONS, PATCH"),
    ):
        response = await client.options(path)

        assert (response.status_code, response.headers["allow"], response.content) == (204, allowed, b"")


async def test_browsers_of_the_tenants_origins_may_read_all_our_headers(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, collection: Collection
) -> None:
    origin = f"https://{new_id()}.example.com"
    changed = await client.patch("/v1/tenant", json={"cors_origins": [origin]})
    assert changed.status_code == 200, changed.text

    own = await client.get(collection.path, headers={"Origin": origin})
    foreign = await stranger.get(collection.path, headers={"Origin": origin})
    asked = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}
    preflight = await client.options(f"{collection.path}/{new_id()}", headers=asked)

    assert own.headers["access-control-allow-origin"] == origin
    assert {name.strip() for name in own.headers["access-control-expose-headers"].split(",")} >= EXPOSED
    assert "access-control-allow-origin" not in foreign.headers
    assert preflight.status_code == 204
    assert preflight.headers["access-control-max-age"] == "7200"
    assert "Prefer" in preflight.headers["access-control-allow-headers"]


async def test_successes_name_no_language(client: httpx.AsyncClient, collection: Collection) -> None:
    """Codes, keys and order are the same in every language."""
    await collection.create(client)

    english = await client.get(collection.path, headers={"Accept-Language": "en"})
    thai = await client.get(collection.path, headers={"Accept-Language": "th"})

    assert english.content == thai.content


async def test_a_client_that_prefers_little_gets_no_body(client: httpx.AsyncClient, collection: Collection) -> None:
    minimal = {"Prefer": "return=minimal"}

    made = await client.post(collection.path, json=collection.make(), headers=minimal)
    path = made.headers["location"]
    changed = await client.patch(path, json=collection.change, headers=minimal)
    whole = await client.patch(path, json=collection.change, headers={"Prefer": "return=representation"})

    assert (made.status_code, made.content, made.headers["etag"]) == (201, b"", '"1"')
    assert (changed.status_code, changed.content, changed.headers["etag"]) == (204, b"", '"2"')
    assert made.headers["preference-applied"] == changed.headers["preference-applied"] == "return=minimal"
    assert whole.json()["version"] == 2
    assert "content-type" not in changed.headers


async def test_a_minimal_answer_is_replayed_as_it_was(client: httpx.AsyncClient) -> None:
    headers = {"Prefer": "return=minimal", "Idempotency-Key": str(new_id())}
    body = CONTACTS.make()

    first, again = [await client.post(CONTACTS.path, json=body, headers=headers) for _ in range(2)]

    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.content, again.headers["etag"]) == (first.status_code, b"", first.headers["etag"])
