"""The requests from which the attacks start are good: what refuses an attack is what it attacks."""

import pytest

from tests.attacks.operations import Operation, operations, request
from tests.attacks.system import System
from tests.attacks.world import World, new_world

REFUSED = {
    "POST /v1/auth/token": 401,  # with a wrong password: the right one begins a sign-in
    "DELETE /v1/users/{user_id}": 409,  # the last administrator
    "POST /v1/imports/{import_id}/run": 409,  # the dry run before it waits for a worker
    "POST /v1/order-imports/{import_id}/run": 409,
    "DELETE /v1/imports/{import_id}": 409,
    "GET /v1/imports/{import_id}/errors": 409,  # it has not run
    "GET /v1/order-imports/{import_id}/errors": 409,
    "GET /v1/exports/{export_id}/parts/{number}": 409,  # it waits for a worker
    "DELETE /v1/exports/{export_id}": 409,
    "POST /v1/orders/{order_id}/returns": 409,  # it was cancelled before
    "GET /v1/service-centres/nearest": 422,  # near what is not said
    "GET /v1/privacy-requests/{privacy_request_id}/receipt": 409,  # no worker carries it out
    "POST /v1/privacy-requests/{privacy_request_id}/link": 409,
    "GET /v1/privacy-exports/{token}": 401,
    "GET /v1/contacts/{contact_id}/metrics": 404,  # no worker carried the contact there
}


@pytest.fixture(scope="module")
async def fresh(system: System) -> World:
    return await new_world(system)


@pytest.mark.parametrize("operation", operations(), ids=str)
async def test_an_owner_may_do_everything(operation: Operation, system: System, fresh: World) -> None:
    async with system.client(fresh.tenant.api_key) as client:
        answer = await client.request(**request(operation, fresh).arguments())

    assert (answer.status_code if answer.is_error else 200) == REFUSED.get(str(operation), 200), answer.text
