"""7.5: one key, one execution, whatever happens on the way."""

import asyncio
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from shared.db import Database
from shared.ids import new_id
from shared.messaging.housekeeping import forget_expired
from tests.contracts.api.collections import CONTACTS, Collection
from tests.contracts.api.conftest import Account, System
from tests.contracts.api.problems import problem_of

KILL_WAITING = text("""
select pg_terminate_backend(pid) from pg_stat_activity where :blocker = any(pg_blocking_pids(pid))
""")

WAITING = text("select count(*) from pg_stat_activity where :blocker = any(pg_blocking_pids(pid))")


def key(value: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": value or str(new_id())}


async def _count(client: httpx.AsyncClient, collection: Collection) -> int:
    listed = await client.get(collection.path, params={"include_total": "true", "limit": "1"})
    return int(listed.json()["total"]["value"])


async def test_twenty_equal_calls_at_once_are_one(client: httpx.AsyncClient, collection: Collection) -> None:
    body, header = collection.make(), key()

    answers = await asyncio.gather(*(client.post(collection.path, json=body, headers=header) for _ in range(20)))

    assert [each.status_code for each in answers] == [201] * 20
    assert len({each.content for each in answers}) == 1
    assert len({each.headers["etag"] for each in answers}) == len({each.headers["location"] for each in answers}) == 1
    assert [each.headers.get("idempotent-replayed") for each in answers].count("true") == 19
    assert await _count(client, collection) == 1


async def test_a_key_belongs_to_its_body(client: httpx.AsyncClient, collection: Collection) -> None:
    header = key()
    await client.post(collection.path, json=collection.make(), headers=header)

    response = await client.post(collection.path, json=collection.make(), headers=header)

    problem = problem_of(response, 422, "idempotency_key_reused")
    assert problem["errors"][0]["header"] == "Idempotency-Key"
    assert await _count(client, collection) == 1


async def test_a_key_may_be_quoted_and_the_body_spelt_otherwise(
    client: httpx.AsyncClient, collection: Collection
) -> None:
    body, name = collection.make(), str(new_id())
    bare = await client.post(collection.path, json=body, headers=key(name))

    turned = dict(reversed(body.items()))
    quoted = await client.post(collection.path, json=turned, headers=key(f'"{name}"'))

    assert quoted.headers["idempotent-replayed"] == "true"
    assert quoted.json() == bare.json()


async def test_a_patch_with_a_key_is_applied_once(client: httpx.AsyncClient, collection: Collection) -> None:
    path, header = f"{collection.path}/{(await collection.create(client))['id']}", key()

    first = await client.patch(path, json=collection.change, headers={**header, "If-Match": '"1"'})
    again = await client.patch(path, json=collection.change, headers={**header, "If-Match": '"1"'})

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["idempotent-replayed"] == "true"
    assert first.json()["version"] == again.json()["version"] == 2


async def test_a_failure_leaves_the_key_free(client: httpx.AsyncClient, collection: Collection) -> None:
    header = key()
    refused = await client.post(collection.path, json={**collection.make(), **collection.wrong}, headers=header)

    corrected = await client.post(collection.path, json=collection.make(), headers=header)

    assert (refused.status_code, corrected.status_code) == (422, 201)
    assert "idempotent-replayed" not in corrected.headers


async def test_callers_do_not_share_keys(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, collection: Collection
) -> None:
    header = key()

    own = await client.post(collection.path, json=collection.make(), headers=header)
    foreign = await stranger.post(collection.path, json=collection.make(), headers=header)

    assert (own.status_code, foreign.status_code) == (201, 201)
    assert "idempotent-replayed" not in foreign.headers


async def test_a_new_api_key_of_the_integration_replays_what_the_old_one_did(
    system: System, client: httpx.AsyncClient, collection: Collection
) -> None:
    wanted = {"name": "shop", "scopes": [f"{collection.scope}:write"]}
    old, new = [(await client.post("/v1/api-keys", json=wanted)).json()["key"] for _ in range(2)]
    body, header = collection.make(), key()

    async with httpx.AsyncClient(base_url=system.url) as shop:
        answers = [
            await shop.post(collection.path, json=body, headers={**header, "Authorization": f"Bearer {each}"})
            for each in (old, new)
        ]

    assert [each.status_code for each in answers] == [201, 201]
    assert answers[1].headers["idempotent-replayed"] == "true"


async def test_a_key_is_free_again_after_a_day(
    system: System, account: Account, client: httpx.AsyncClient, collection: Collection
) -> None:
    young, old = key(), key()
    for header in (young, old):
        await client.post(collection.path, json=collection.make(), headers=header)
    async with system.all_tenants(collection.service) as everyone:
        await _make_older(everyone, account.tenant.id, old["Idempotency-Key"])
        await forget_expired(everyone)

    kept, free = [await client.post(collection.path, json=collection.make(), headers=each) for each in (young, old)]

    problem_of(kept, 422, "idempotency_key_reused")
    assert free.status_code == 201


async def _make_older(everyone: Database, tenant_id: UUID, name: str) -> None:
    statement = text("""
        update idempotency_keys set created_at = created_at - interval '25 hours'
        where tenant_id = :tenant_id and key = :name
    """)
    async with everyone.transaction() as session:
        await session.execute(statement, {"tenant_id": tenant_id, "name": name})


@pytest.mark.parametrize("bad", ["", "x" * 256, '""'])
async def test_a_key_has_1_to_255_characters(client: httpx.AsyncClient, bad: str) -> None:
    response = await client.post(CONTACTS.path, json=CONTACTS.make(), headers={"Idempotency-Key": bad})

    problem_of(response, 400, "bad_idempotency_key")


async def test_a_key_is_demanded_where_a_second_run_would_hurt(client: httpx.AsyncClient) -> None:
    for path in ("/v1/imports", "/v1/order-imports"):
        response = await client.post(path, files={"file": ("a.csv", b"full_name\nAda\n")})

        problem_of(response, 400, "idempotency_key_required")


async def test_a_crash_before_the_commit_leaves_the_key_free(
    system: System, client: httpx.AsyncClient, collection: Collection
) -> None:
    body, header = collection.make(), key()
    database = system.database(collection.service)
    async with database.transaction() as session:
        await session.execute(text(f"lock table {collection.table} in share mode"))
        blocker = int(await session.scalar(text("select pg_backend_pid()")) or 0)
        call = asyncio.create_task(client.post(collection.path, json=body, headers=header))
        while not call.done():  # the gateway itself tries a second time
            async with database.transaction() as killing:
                await killing.execute(KILL_WAITING, {"blocker": blocker})
            await asyncio.sleep(0.01)
        crashed = await call
    retried = await client.post(collection.path, json=body, headers=header)

    assert problem_of(crashed, 503, "unavailable")["retryable"]
    assert retried.status_code == 201
    assert "idempotent-replayed" not in retried.headers
    assert await _count(client, collection) == 1


async def test_a_call_whose_first_still_runs_is_told_to_wait(
    system: System, client: httpx.AsyncClient, collection: Collection
) -> None:
    body, header = collection.make(), key()
    async with system.database(collection.service).transaction() as session:
        await session.execute(text(f"lock table {collection.table} in share mode"))
        blocker = int(await session.scalar(text("select pg_backend_pid()")) or 0)
        first = asyncio.create_task(client.post(collection.path, json=body, headers=header))
        await _someone_waits(system.database(collection.service), blocker)

        second = await client.post(collection.path, json=body, headers={**header, "X-Deadline-Ms": "1000"})

    assert problem_of(second, 409, "idempotency_in_progress")["retryable"]
    assert second.headers["retry-after"] == "1"
    assert (await first).status_code == 201


async def _someone_waits(database: Database, blocker: int) -> None:
    for _ in range(500):
        async with database.transaction() as session:
            if await session.scalar(WAITING, {"blocker": blocker}):
                return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")
