"""The office that the tests go through."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from shared.auth import Visibility
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.visibility.office import Office


@pytest.fixture
async def office(service: ServiceUnderTest, tenant: Tenant) -> AsyncIterator[Office]:
    people = {"ploy": Visibility.OWN, "james": Visibility.OWN, "mali": Visibility.TEAM}
    users = {name: tenant.colleague(visibility) for name, visibility in people.items()}
    async with AsyncExitStack() as stack:
        boss = await stack.enter_async_context(service.client(tenant))
        clients = {name: await stack.enter_async_context(service.client(user)) for name, user in users.items()}
        ids = {name: str(user.actor_id) for name, user in users.items()}
        team = {"name": "ทีมเหนือ", "members": [{"user_id": ids["james"]}, {"user_id": ids["mali"]}]}
        (await boss.post("/v1/teams", json=team)).raise_for_status()
        yield Office(boss, **clients, ids=ids)
