from typing import Any

from httpx import AsyncClient

from deploy.local.demo.api import Api, Refused
from deploy.local.demo.together import GROUP, bring_together
from shared.testing.tenants import Tenant


class Direct(Api):
    """The demo's client, without a network between."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def get(self, path: str) -> Any:
        return await self._call("GET", path)

    async def _call(self, method: str, path: str, **more: Any) -> Any:
        response = await self._client.request(method, path, json=more.get("json"))
        if response.is_error:
            raise Refused(f"{method} {path}: {response.status_code} {response.text}")
        return response.json() if response.content else None


async def test_the_demo_tells_who_belongs_together_and_may_tell_it_again(client: AsyncClient, tenant: Tenant) -> None:
    tables = ("contacts", "companies", "relationships", "buying_roles", "traits", "relationship_kinds")

    await bring_together(Direct(client))
    first = {table: await tenant.count(table) for table in tables}
    await bring_together(Direct(client))

    assert first == dict(zip(tables, (6, 4, 8, 3, 4, 1), strict=True))
    assert {table: await tenant.count(table) for table in tables} == first
    group = (await client.get(f"/v1/companies/{GROUP}/hierarchy")).json()["data"]
    assert [(each["contacts"], each["all_contacts"]) for each in group] == [(3, 3), (0, 0), (0, 0), (0, 0)]
