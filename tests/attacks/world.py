"""A business with one record of each kind, so that no attack fails for want of something to hit."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.ids import new_id
from tests.attacks.system import System, Tenant


@dataclass(frozen=True)
class World:
    """`ids` by path parameter; those of imports by the path's first part, as both kinds are called `import_id`."""

    tenant: Tenant
    ids: dict[str, str]
    unknown: str = field(default_factory=lambda: str(new_id()))

    @property
    def contact_id(self) -> str:
        return self.ids["contact_id"]

    def named(self, path: str, parameter: str) -> str:
        """The value of a parameter of a path. Others than path parameters stand in no path."""
        return self.ids.get(f"{path.split('/')[2]}.{parameter}") or self.ids.get(parameter, self.unknown)


async def new_world(system: System) -> World:
    tenant = await system.new_tenant()
    async with system.client(tenant.api_key) as client:
        ids = {"user_id": str(tenant.admin_id)}
        ids["company_id"] = await _made(client, "companies", {"name": "บริษัท สยามค้า จำกัด"})
        contact = {"full_name": "สมชาย ใจดี", "email": "somchai@example.com", "company_id": ids["company_id"],
                   "external_ids": [{"system": "shopify", "id": "c-1"}]}  # fmt: skip
        ids["contact_id"] = await _made(client, "contacts", contact)
        for name in ("other", "double"):
            ids[name] = await _made(client, "contacts", {"full_name": "สมชาย ใจดี"})
        ids["merge_id"] = await _merged(client)
        pair = {"contact_ids": [ids["contact_id"], ids["other"]]}
        ids["duplicate_id"] = await _made(client, "duplicates", pair)
        for name, body in _about(ids["contact_id"]).items():
            ids[f"{name.removesuffix('s').replace('-', '_')}_id"] = await _made(client, name, body)
        for name in ("imports", "order-imports"):
            ids[f"{name}.import_id"] = await _upload(client, name)
        ids["operation_id"] = await _working(client)
    return World(tenant, ids | {"system": "shopify", "external_id": "c-1", "source": "shop", "number": "1"})


def _about(contact_id: str) -> dict[str, Any]:
    line = {"sku": "A1", "amount": {"amount": "120.00", "currency": "THB"}, "quantity": "2"}
    return {
        "interactions": {"kind": "call", "direction": "inbound", "contact_id": contact_id, "subject": "ถามราคา",
                         "external_ids": [{"system": "shopify", "id": "c-1"}]},
        "orders": {"source": "shop", "number": "1", "contact_id": contact_id, "lines": [line]},
        "api-keys": {"name": "Web shop", "scopes": ["contacts:read"]},
    }  # fmt: skip


async def _upload(client: httpx.AsyncClient, name: str) -> str:
    text = "Name,Email,Order number,Date,Total\nSomsri,somsri@example.com,1,2026-01-02,10.00\n"
    answer = await client.post(f"/v1/{name}", files={"file": ("file.csv", text.encode())}, headers=_key())
    return str(answer.raise_for_status().json()["id"])


async def _working(client: httpx.AsyncClient) -> str:
    """An operation; where no worker is it never ends."""
    started = await client.post(f"/v1/imports/{await _upload(client, 'imports')}/dry-run", headers=_key())
    return str(started.raise_for_status().json()["id"])


async def _merged(client: httpx.AsyncClient) -> str:
    survivor, other = [await _made(client, "contacts", {"full_name": "มาลี รักดี"}) for _ in range(2)]
    answer = await client.post(f"/v1/contacts/{survivor}/merge", json={"contact_ids": [other]})
    return str(answer.raise_for_status().json()["id"])


async def _made(client: httpx.AsyncClient, name: str, body: dict[str, Any]) -> str:
    answer = await client.post(f"/v1/{name}", json=body)
    return str(answer.raise_for_status().json()["id"])


def _key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}
