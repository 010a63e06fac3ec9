"""All true duplicates of a Febrl file merged and undone: nothing is lost, nothing is left."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

from httpx import AsyncClient
from sqlalchemy import text

from shared.testing.tenants import Tenant
from tests.contacts_service.febrl_contacts import imported

KEYS = text("select kind, value, contact_id from contact_keys where tenant_id = :tenant_id order by 1, 2, 3")
VALUES = text("""
select md5(string_agg((to_jsonb(c) - 'version' - 'updated_at' - 'sync_xid')::text, '' order by id)) from contacts c
where tenant_id = :tenant_id
""")
SEARCH = text(
    "select md5(string_agg(s::text, '' order by contact_id)) from contact_search s where tenant_id = :tenant_id"
)


async def state(tenant: Tenant) -> Sequence[Any]:
    async with tenant.database.transaction(tenant.context) as session:
        given = {"tenant_id": tenant.id}
        keys = (await session.execute(KEYS, given)).all()
        return [*(await session.execute(VALUES, given)).all(), *(await session.execute(SEARCH, given)).all(), *keys]


async def in_turn(client: AsyncClient, requests: Sequence[tuple[str, Any]]) -> list[Any]:
    """Four at a time, as several users would."""
    gate = asyncio.Semaphore(4)

    async def send(path: str, body: Any) -> Any:
        async with gate:
            answer = await client.post(path, json=body)
            assert answer.status_code == 200, answer.text
            return answer.json()

    return list(await asyncio.gather(*(send(*each) for each in requests)))


async def test_all_duplicates_merged_and_undone_in_random_order_are_as_at_the_start(
    client: AsyncClient, tenant: Tenant
) -> None:
    people = [ids for ids in (await imported(client)).values() if len(ids) > 1]
    before = await state(tenant)
    chance = random.Random(1)
    for ids in people:
        chance.shuffle(ids)

    merges = await in_turn(client, [(f"/v1/contacts/{ids[0]}/merge", {"contact_ids": ids[1:]}) for ids in people])
    merged = await state(tenant)
    chance.shuffle(merges)
    await in_turn(client, [(f"/v1/merges/{each['id']}/undo", None) for each in merges])

    assert len(merges) == 500
    assert merged != before
    assert await state(tenant) == before
