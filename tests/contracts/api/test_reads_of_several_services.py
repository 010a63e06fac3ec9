"""1.2: `POST /v1/batch` asks several services at once, and answers for each as if it had been asked alone."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from shared.ids import new_id
from tests.contracts.api.collections import COLLECTIONS, COMPANIES, CONTACTS, ORDERS
from tests.contracts.api.conftest import Account, System, gateway_with
from tests.contracts.api.problems import MEMBERS, problem_of


async def _ask(client: httpx.AsyncClient, *paths: str, **headers: str) -> list[dict[str, Any]]:
    requests = [{"id": f"r{number}", "path": path} for number, path in enumerate(paths)]
    response = await client.post("/v1/batch", json={"requests": requests}, headers=headers)
    assert response.status_code == 200, response.text
    data: list[dict[str, Any]] = response.json()["data"]
    assert [each["id"] for each in data] == [each["id"] for each in requests]
    return data


async def test_each_read_has_its_own_status_headers_and_body(client: httpx.AsyncClient) -> None:
    records = [(each, await each.create(client)) for each in COLLECTIONS]
    paths = [f"{each.path}/{record['id']}" for each, record in records]

    answers = await _ask(client, *paths, f"/v1/contacts/{new_id()}", "/v1/me", "/v1/unicorns", "/v1/orders?limit=0")

    for answer, (_, record) in zip(answers, records, strict=False):
        assert (answer["status"], answer["body"], answer["headers"]["etag"]) == (200, record, '"1"')
    missing, me, unknown, wrong = answers[4:]
    assert [each["status"] for each in (missing, me, unknown, wrong)] == [404, 200, 404, 422]
    for problem in (missing, unknown, wrong):
        assert set(problem["body"]) == MEMBERS
        assert problem["headers"]["content-type"] == "application/problem+json"
    assert wrong["body"]["instance"] == "/v1/orders"


async def test_a_read_may_be_conditional(client: httpx.AsyncClient) -> None:
    made = await CONTACTS.create(client)
    asked = {"id": "a", "path": f"/v1/contacts/{made['id']}", "if_none_match": '"1"'}

    response = await client.post("/v1/batch", json={"requests": [asked]})

    [answer] = response.json()["data"]
    assert (answer["status"], answer["body"], answer["headers"]["etag"]) == (304, None, '"1"')


async def test_encoded_paths_and_queries_arrive_unchanged(client: httpx.AsyncClient) -> None:
    await client.put("/v1/contacts/by-external-id/shop/a%2Fb%20%E0%B8%AA", json={"full_name": "Ada"})

    by_key, listed = await _ask(
        client,
        "/v1/contacts/by-external-id/shop/a%2Fb%20%E0%B8%AA",
        "/v1/contacts?full_name[eq]=Ada&fields=full_name&include_total=true",
    )

    assert by_key["body"]["full_name"] == "Ada"
    assert listed["body"]["total"] == {"value": 1, "relation": "eq"}


async def test_others_records_and_doors_stay_closed(client: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    made = await CONTACTS.create(client)

    [answer] = await _ask(stranger, f"/v1/contacts/{made['id']}")

    assert answer["status"] == 404
    for path in ("/internal/contacts/parked", "https://example.com/v1/contacts", "/v1/contacts#x", "/v1/con tacts"):
        response = await client.post("/v1/batch", json={"requests": [{"id": "a", "path": path}]})
        assert problem_of(response, 422, "validation_failed")["errors"][0]["pointer"] == "/requests/0/path"


async def test_scopes_are_those_of_the_key(system: System, client: httpx.AsyncClient) -> None:
    made = await client.post("/v1/api-keys", json={"name": "reader", "scopes": ["contacts:read"]})
    key = {"Authorization": f"Bearer {made.json()['key']}"}

    async with httpx.AsyncClient(base_url=system.url, headers=key) as reader:
        contacts, orders = await _ask(reader, CONTACTS.path, ORDERS.path)

    assert (contacts["status"], orders["status"]) == (200, 403)
    assert "insufficient_scope" in orders["headers"]["www-authenticate"]


async def test_1_to_20_reads_with_ids_of_their_own(client: httpx.AsyncClient) -> None:
    reads = [{"id": str(number), "path": COMPANIES.path} for number in range(21)]

    fits = await client.post("/v1/batch", json={"requests": reads[:20]})
    too_many = await client.post("/v1/batch", json={"requests": reads})
    none = await client.post("/v1/batch", json={"requests": []})
    twice = await client.post("/v1/batch", json={"requests": [reads[0], reads[0]]})
    writing = await client.post("/v1/batch", json={"requests": [{**reads[0], "method": "DELETE"}]})

    assert [each["status"] for each in fits.json()["data"]] == [200] * 20
    for response, pointer in (
        (too_many, "/requests"),
        (none, "/requests"),
        (twice, "/requests"),
        (writing, "/requests/0/method"),
    ):
        assert problem_of(response, 422, "validation_failed")["errors"][0]["pointer"] == pointer


async def test_a_batch_holds_no_batch(client: httpx.AsyncClient) -> None:
    [answer] = await _ask(client, "/v1/batch")

    assert (answer["status"], answer["body"]["code"]) == (405, "method_not_allowed")


async def test_reads_are_answered_in_the_clients_language_under_one_request_id(client: httpx.AsyncClient) -> None:
    [answer] = await _ask(client, "/v1/unicorns", **{"Accept-Language": "th", "X-Request-Id": "batch-7"})

    assert answer["body"]["title"] == "ไม่พบข้อมูล"
    assert answer["headers"]["content-language"] == "th"
    assert answer["body"]["request_id"] == answer["headers"]["x-request-id"] == "batch-7"


async def test_each_read_takes_its_part_of_the_quota(
    system: System, new_account: Callable[[], Awaitable[Account]]
) -> None:
    account = await new_account()
    async with gateway_with(system, account, rate_burst=3, rate_burst_window_s=1000) as client:
        answers = await _ask(client, *[COMPANIES.path] * 4)

    assert sorted(each["status"] for each in answers) == [200, 200, 429, 429]
    assert all("retry-after" in each["headers"] for each in answers if each["status"] == 429)


async def test_nobody_reads_nothing(nobody: httpx.AsyncClient) -> None:
    response = await nobody.post("/v1/batch", json={"requests": [{"id": "a", "path": COMPANIES.path}]})

    problem_of(response, 401, "unauthenticated")
