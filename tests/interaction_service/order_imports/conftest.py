from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient

from interaction_service.order_imports.steps import steps
from shared.db.record import now
from shared.ids import new_id
from shared.messaging.jobs import Jobs, run_once
from shared.operations import run_operations
from shared.testing.services import ServiceUnderTest


@pytest.fixture
def files_dir(service: ServiceUnderTest, tmp_path: Path) -> Path:
    service.app.state.settings = service.app.state.settings.model_copy(update={"files_dir": tmp_path})
    return tmp_path


@pytest.fixture
def upload(client: AsyncClient, files_dir: Path) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def send(name: str, content: bytes, **fields: str) -> dict[str, Any]:
        response = await client.post(
            "/v1/order-imports",
            files={"file": (name, content)},
            data=fields,
            headers={"Idempotency-Key": str(new_id())},
        )
        assert response.status_code == 201, response.text
        uploaded: dict[str, Any] = response.json()
        return uploaded

    return send


@pytest.fixture
def work(service: ServiceUnderTest, files_dir: Path) -> Callable[[], Awaitable[int]]:
    """One round of the worker's job: a step of each tenant's operation. Returns how many steps that were."""
    jobs = Jobs()
    run_operations(jobs, steps(files_dir))

    async def round_() -> int:
        return await run_once(jobs.jobs[0], service.database, service.system, now() + timedelta(seconds=1))

    return round_


@pytest.fixture
def run(client: AsyncClient, work: Callable[[], Awaitable[int]]) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def start(uploaded: dict[str, Any], kind: str = "run") -> dict[str, Any]:
        response = await client.post(
            f"/v1/order-imports/{uploaded['id']}/{kind}", headers={"Idempotency-Key": str(new_id())}
        )
        assert response.status_code == 202, response.text
        location = response.headers["location"]
        while await work():
            pass
        operation = (await client.get(location)).json()
        assert operation["status"] == "succeeded", operation
        result: dict[str, Any] = operation["result"]
        return result

    return start
