"""A2: no business sees, counts, changes or collides with another one's records; no role does what it may not."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import httpx
import pytest

from deploy.local.databases import prepare_databases
from deploy.local.keys import Keys
from shared.ids import new_id
from tests.attacks import tenancy
from tests.attacks.business import Move, Record, open_business
from tests.attacks.played import Played
from tests.attacks.system import System, running
from tests.attacks.tenancy import wrongs
from tests.conftest import SERVER_URL


@pytest.fixture
async def working(worker_name: str, keys: Keys, tmp_path: Path) -> AsyncIterator[System]:
    """A system that also carries events to the projections."""
    databases = await prepare_databases(os.environ[SERVER_URL], suffix=f"_tenancy_{worker_name}")
    async with running(databases, keys, tmp_path, workers=True) as system:
        yield system


@pytest.mark.timeout(180)
async def test_no_business_meets_another(working: System) -> None:
    result = await tenancy.run(working, 1_500, 2)

    assert result.held, result


@pytest.mark.parametrize("kind", ["marker", "id", "total", "status"])
async def test_the_oracle_sees_a_leak(kind: str, system: System) -> None:
    mine, other = [await open_business(system, Random(seed)) for seed in (1, 2)]
    foreign = Record("contacts", str(new_id()), 1)
    other.records[foreign.id] = foreign
    told = {"marker": {"name": f"คุณ {other.marker}"}, "id": {"contact_id": foreign.id}}.get(kind, {})
    played = Played(httpx.Response(200, json=told), {404} if kind == "status" else {200})
    played.expect(kind != "total", "another total")

    found = list(wrongs(Move(Random(3), mine, (other,), "viewer"), played))

    assert len(found) == 1, found
