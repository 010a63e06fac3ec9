"""Rows of any slice that follow their contact."""

import random
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.moving import OWNED, goes_along
from shared.db import Database
from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.merging.people import merge, new, undo

GRANT = "grant select, insert, update, delete on {} to samphan_app"
CALLS = (
    "create table calls_in_a_test (tenant_id uuid, id uuid, version int, contact_id uuid, primary key (tenant_id, id))"
)
BADGES = """
create table badges_in_a_test (tenant_id uuid, owner uuid, badge text, primary key (tenant_id, owner, badge))
"""
ALL_CALLS = text("select id, contact_id from calls_in_a_test where tenant_id = :tenant_id order by id")
ALL_BADGES = text("select owner, badge from badges_in_a_test where tenant_id = :tenant_id order by badge, owner")


class Settled(list[Sequence[UUID]]):
    """Whose rows were said to have moved."""

    async def settle(self, _: AsyncSession, contact_ids: Sequence[UUID]) -> None:
        self.append(contact_ids)


@pytest.fixture
async def settled(service: ServiceUnderTest) -> AsyncIterator[Settled]:
    """Two tables of an imagined slice."""
    settled = Settled()
    assert service.settings.owner_database_url is not None
    async with Database(service.settings.owner_database_url, pool_size=1) as owner:
        async with owner.transaction() as session:
            for table, made in (("calls_in_a_test", CALLS), ("badges_in_a_test", BADGES)):
                await session.execute(text(made))
                await session.execute(text(GRANT.format(table)))
        goes_along("calls_in_a_test", versioned=True, settle=settled.settle)
        goes_along("badges_in_a_test", key=("badge",), column="owner", unique=("badge",))
        yield settled
        for table in ("calls_in_a_test", "badges_in_a_test"):
            del OWNED[table]
            async with owner.transaction() as session:
                await session.execute(text(f"drop table {table}"))


async def put(tenant: Tenant, contact: dict[str, Any], *badges: str) -> None:
    given = {"tenant_id": tenant.id, "contact_id": UUID(contact["id"])}
    async with tenant.database.transaction(tenant.context) as session:
        call = text("insert into calls_in_a_test values (:tenant_id, :id, 1, :contact_id)")
        await session.execute(call, {**given, "id": new_id()})
        for badge in badges:
            row = text("insert into badges_in_a_test values (:tenant_id, :contact_id, :badge)")
            await session.execute(row, {**given, "badge": badge})


async def rows(tenant: Tenant) -> tuple[list[Any], list[Any]]:
    async with tenant.database.transaction(tenant.context) as session:
        calls = (await session.execute(ALL_CALLS, {"tenant_id": tenant.id})).all()
        badges = (await session.execute(ALL_BADGES, {"tenant_id": tenant.id})).all()
        return list(map(tuple, calls)), list(map(tuple, badges))


async def test_rows_go_along_once_each_and_come_back(client: AsyncClient, tenant: Tenant, settled: Settled) -> None:
    survivor, one, other = [await new(client) for _ in range(3)]
    await put(tenant, survivor, "a")
    await put(tenant, one, "a", "b")
    await put(tenant, other, "b", "c")
    before = await rows(tenant)

    made = await merge(client, survivor, one, other)

    calls, badges = await rows(tenant)
    assert {contact_id for _, contact_id in calls} == {UUID(survivor["id"])}
    assert [badge for owner, badge in badges if owner == UUID(survivor["id"])] == ["a", "b", "c"]
    await undo(client, made)
    assert await rows(tenant) == before
    assert await tenant.count("merge_moves") == 0
    assert [set(map(str, each)) for each in settled] == [
        {survivor["id"]},
        {one["id"], survivor["id"]},
        {other["id"], survivor["id"]},
    ]


async def test_what_came_after_the_merge_stays_with_the_survivor(
    client: AsyncClient, tenant: Tenant, settled: Settled
) -> None:
    survivor, other = await new(client), await new(client)
    await put(tenant, other, "a")
    made = await merge(client, survivor, other)
    await put(tenant, survivor, "b")

    await undo(client, made)

    calls, badges = await rows(tenant)
    assert [str(contact_id) for _, contact_id in calls] == [other["id"], survivor["id"]]
    assert [(str(owner), badge) for owner, badge in badges] == [(other["id"], "a"), (survivor["id"], "b")]
    assert settled


@pytest.mark.parametrize("seed", range(4))
async def test_rows_of_chains_come_back_in_any_order(
    client: AsyncClient, tenant: Tenant, settled: Settled, seed: int
) -> None:
    contacts = [await new(client) for _ in range(5)]
    for number, contact in enumerate(contacts):
        await put(tenant, contact, "everybody's", f"{number % 2}", f"own {number}")
    before = await rows(tenant)
    chain = [await merge(client, contacts[n + 1], contacts[n]) for n in range(4)]
    assert {str(contact_id) for _, contact_id in (await rows(tenant))[0]} == {contacts[4]["id"]}

    random.Random(seed).shuffle(chain)
    for made in chain:
        await undo(client, made)

    assert await rows(tenant) == before
    assert await tenant.count("merge_moves") == 0
    assert settled
