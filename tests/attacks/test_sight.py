"""A12: who sees only his own customers is shown nothing of others', and changes nothing of theirs."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local.databases import prepare_databases
from deploy.local.keys import Keys
from tests.attacks import sight
from tests.attacks.system import System, running
from tests.attacks.world import World
from tests.conftest import SERVER_URL


@pytest.fixture
async def working(worker_name: str, keys: Keys, tmp_path: Path) -> AsyncIterator[System]:
    databases = await prepare_databases(os.environ[SERVER_URL], suffix=f"_sight_{worker_name}")
    async with running(databases, keys, tmp_path, workers=True) as system:
        yield system


@pytest.mark.timeout(180)
async def test_nobody_meets_what_he_may_not_see(working: System) -> None:
    result = await sight.run(working, 12)

    assert result.held, result
    assert result.tried > 50


def test_the_oracle_sees_a_leak(world: World) -> None:
    told = {"data": [{"full_name": "สมชาย ใจดี", "contact_id": world.contact_id}]}
    answer = httpx.Response(200, text=str(told))

    assert len(sight.leaks(answer, world, "")) == 2
    assert sight.leaks(answer, world, world.contact_id) == ["shows สมชาย ใจดี"]
