"""A11: cheap to send is cheap to receive, whoever is slow waits alone, and all others are served meanwhile."""

from pathlib import Path

import pytest

from deploy.local.ports import free_port
from tests.attacks import resources, slow
from tests.attacks.served import served
from tests.attacks.system import System, Tenant


@pytest.mark.timeout(240)
async def test_no_request_costs_more_than_a_second(system: System, tenant: Tenant, tmp_path: Path) -> None:
    async with served(system.databases, system.keys, tmp_path, ["deploy.local.single"], free_port()) as process:
        result = await resources.run(process, tenant.api_key, 0.25, 11)

    assert result.held, result


async def test_slow_clients_are_let_go_and_others_served(system: System, tmp_path: Path) -> None:
    command = ["gateway", "--only", "api"]
    async with served(system.databases, system.keys, tmp_path, command, free_port()) as process:
        result = await slow.run(process, 50, 11)

    assert result.held, result
