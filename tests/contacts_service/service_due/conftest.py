from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient

from contacts_service.service_due import jobs as service_due
from contacts_service.service_policies import jobs as service_policies
from shared.messaging.jobs import Jobs
from shared.testing.jobs import run_until_idle
from shared.testing.services import ServiceUnderTest

Json = dict[str, Any]
NewAsset = Callable[..., Awaitable[str]]
Work = Callable[[], Awaitable[int]]


@pytest.fixture
async def new_asset(client: AsyncClient) -> NewAsset:
    owner = (await client.post("/v1/contacts", json={"full_name": "สมชาย ใจดี"})).json()["id"]

    async def make(**fields: Any) -> str:
        body = {"name": "รถกระบะ", "kind": "car", "brand": "Toyota", "contact_id": owner, **fields}
        response = await client.post("/v1/assets", json=body)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    return make


@pytest.fixture
def work(service: ServiceUnderTest) -> Work:
    """Does all that the worker's jobs find to do; returns how much."""
    jobs = Jobs()
    service_due.register(jobs)
    service_policies.register(jobs)

    async def run() -> int:
        return await run_until_idle(jobs, service.database, service.system)

    return run
