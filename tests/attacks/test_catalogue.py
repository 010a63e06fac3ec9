"""A3: what the catalogue of every database says of the walls between tenants."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.local.databases import APP, LOG, NAMES
from tests.attacks import catalogue
from tests.attacks.system import System

SERVICES = [name for name in NAMES if name != LOG]
PLANTED = {
    "create table planted (tenant_id uuid not null, id uuid primary key)": "row-level security is not forced",
    "alter table outbox no force row level security": "row-level security is not forced",
    "drop policy tenant on outbox": "no tenant policy",
    "create policy open on outbox using (true)": "a policy opens",
    "alter policy tenant on outbox using (true)": "no tenant policy",
    "create index planted_idx on outbox (topic)": "tenant_id is not first",
    "create function planted() returns int language sql security definer return 1": "search path",
    "create view planted as select * from outbox": "a view shows",
    f"grant truncate on outbox to {APP}": "may truncate",
    f"grant create on schema public to {APP}": "may create",
    f"grant select on alembic_version to {APP}": "belongs to no tenant",
}


@pytest.fixture(params=SERVICES)
async def owner(system: System, request: pytest.FixtureRequest) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(catalogue.plain(system.databases[request.param].owner))
    yield connection
    await connection.close()


async def test_no_database_has_a_way_round_its_walls(owner: asyncpg.Connection) -> None:
    found = await catalogue.holes(owner)

    assert len(await catalogue.tenant_tables(owner)) >= 3
    assert not found


@pytest.mark.parametrize("owner", ["gateway"], indirect=True)
@pytest.mark.parametrize(("statement", "seen"), PLANTED.items())
async def test_a_planted_hole_is_seen(owner: asyncpg.Connection, statement: str, seen: str) -> None:
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute(statement)

    found = await catalogue.holes(owner)

    await transaction.rollback()
    assert any(seen in hole for hole in found), found


async def test_the_app_does_not_get_into_the_log(system: System) -> None:
    assert not await catalogue.may_connect(system.databases[LOG])
    assert await catalogue.may_connect(system.databases["contacts"])
