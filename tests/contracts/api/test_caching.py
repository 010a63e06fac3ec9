"""1.1 and 7.6: ETags are versions; what did not change is not sent again, and costs nothing."""

from collections.abc import Awaitable, Callable

import httpx

from tests.contracts.api.collections import Collection
from tests.contracts.api.conftest import Account, System, gateway_with

VARY = {"Accept-Encoding", "Accept-Language", "Authorization", "Origin"}


async def test_a_record_that_did_not_change_is_304(client: httpx.AsyncClient, collection: Collection) -> None:
    path = f"{collection.path}/{(await collection.create(client))['id']}"
    etag = (await client.get(path)).headers["etag"]

    for held in (etag, f"W/{etag}", f'"7", {etag}', "*"):
        same = await client.get(path, headers={"If-None-Match": held})

        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["etag"] == etag
        assert same.headers["cache-control"] == "private, no-cache"
        assert {name.strip() for name in same.headers["vary"].split(",")} >= VARY
    await client.patch(path, json=collection.change)
    changed = await client.get(path, headers={"If-None-Match": etag})

    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'


async def test_the_etag_is_the_same_for_every_language_and_coding(
    client: httpx.AsyncClient, collection: Collection
) -> None:
    path = f"{collection.path}/{(await collection.create(client))['id']}"
    asked: list[dict[str, str]] = [
        {}, {"Accept-Language": "th"}, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "zstd"},
    ]  # fmt: skip

    tags = {(await client.get(path, headers=headers)).headers["etag"] for headers in asked}

    assert tags == {'"1"'}


async def test_what_did_not_change_costs_no_quota(
    system: System, new_account: Callable[[], Awaitable[Account]], collection: Collection
) -> None:
    account = await new_account()
    async with gateway_with(system, account, rate_burst=3, rate_burst_window_s=1000) as client:
        path = f"{collection.path}/{(await collection.create(client))['id']}"
        answers = [await client.get(path, headers={"If-None-Match": '"1"'}) for _ in range(6)]

    assert [each.status_code for each in answers] == [304] * 6
    assert {each.headers["ratelimit"].partition(";t=")[0] for each in answers} == {'"burst";r=2'}


async def test_records_are_kept_and_asked_after(client: httpx.AsyncClient, collection: Collection) -> None:
    made = await client.post(collection.path, json=collection.make())
    read = await client.get(made.headers["location"])

    for response in (made, read):
        assert response.headers["cache-control"] == "private, no-cache"
        assert response.headers["etag"] == '"1"'


async def test_the_document_may_be_kept_by_all(nobody: httpx.AsyncClient) -> None:
    document = await nobody.get("/v1/openapi.json")
    again = await nobody.get("/v1/openapi.json", headers={"If-None-Match": document.headers["etag"]})

    assert document.headers["cache-control"] == "public, max-age=300"
    assert again.status_code == 304
