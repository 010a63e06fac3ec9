"""A business with one record of each kind, so that no attack fails for want of something to hit."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.ids import new_id
from tests.attacks.owned import make_owned
from tests.attacks.system import System, Tenant

LATER = "2099-01-01T00:00:00Z"


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
        sized = {"record_type": "contact", "key": "size", "value_type": "number", "labels": {"th": "ขนาด"},
                 "indexed": True}  # fmt: skip
        ids["field_id"] = await _made(client, "fields", sized)
        contact = {"full_name": "สมชาย ใจดี", "email": "somchai@example.com", "company_id": ids["company_id"],
                   "external_ids": [{"system": "shopify", "id": "c-1"}], "custom_fields": {"size": 44}}  # fmt: skip
        ids["contact_id"] = await _made(client, "contacts", contact)
        for name in ("other", "double"):
            ids[name] = await _made(client, "contacts", {"full_name": "สมชาย ใจดี"})
        ids["merge_id"] = await _merged(client)
        pair = {"contact_ids": [ids["contact_id"], ids["other"]]}
        ids["duplicate_id"] = await _made(client, "duplicates", pair)
        for name, body in _about(ids["contact_id"]).items():
            ids[f"{name.removesuffix('s').replace('-', '_')}_id"] = await _made(client, name, body)
        ids["other_tag_id"] = await _made(client, "tags", {"name": "Gold"})
        ids |= await _related(client, ids["contact_id"], ids["company_id"])
        ids |= await _ownership(client, ids)
        for name in ("imports", "order-imports"):
            ids[f"{name}.import_id"] = await _upload(client, name)
        ids |= await make_owned(client, ids["contact_id"])
        ids["operation_id"] = await _working(client)
        ids["export_id"] = await _exported(client)
        ids |= await _wishes(client, ids["contact_id"])
    return World(tenant, ids | {"system": "shopify", "external_id": "c-1", "source": "shop", "number": "1"})


async def _wishes(client: httpx.AsyncClient, contact_id: str) -> dict[str, str]:
    """What the contact wants to get, and the link by which it says so."""
    words = {"th": "ข่าวสาร", "en": "News"}
    await client.put("/v1/consent-purposes/news", json={"name": words, "lawful_basis": "consent"})
    topic_id = await _made(client, "topics", {"key": "offers", "name_th": "โปรโมชัน", "name_en": "Offers"})
    await client.post("/v1/suppressed-addresses", json={"addresses": [{"kind": "email", "value": "a@example.com"}]})
    [suppressed] = (await client.get("/v1/suppressed-addresses")).json()["data"]
    links = f"/v1/contacts/{contact_id}/preference-links"
    tokens = [(await client.post(links, json={})).raise_for_status().json() for _ in range(2)]
    return {
        "purpose": "news", "channel": "sms", "topic_id": topic_id, "suppression_id": suppressed["id"],
        "link_id": tokens[0]["id"], "token": tokens[1]["token"],
    }  # fmt: skip


def _about(contact_id: str) -> dict[str, Any]:
    line = {"sku": "A1", "amount": {"amount": "120.00", "currency": "THB"}, "quantity": "2"}
    return {
        "interactions": {"kind": "call", "direction": "inbound", "contact_id": contact_id, "subject": "ถามราคา",
                         "external_ids": [{"system": "shopify", "id": "c-1"}]},
        "orders": {"source": "shop", "number": "1", "contact_id": contact_id, "lines": [line]},
        "api-keys": {"name": "Web shop", "scopes": ["contacts:read"]},
        "lists": {"name": "ลูกค้าเชียงใหม่", "visibility": "all"},
        "tags": {"name": "VIP"},
        "privacy-requests": {"kind": "export", "contact_id": contact_id, "start_at": LATER},
    }  # fmt: skip


async def _related(client: httpx.AsyncClient, contact_id: str, company_id: str) -> dict[str, str]:
    """What stands beside the records themselves."""
    kind = {"name": {"th": "ผู้รับเหมา", "en": "Contractor"}, "between": ["contact-company"]}
    (await client.put("/v1/relationship-kinds/contractor", json=kind)).raise_for_status()
    role = f"/v1/companies/{company_id}/buying-roles/{contact_id}"
    (await client.put(role, json={"roles": ["user"]})).raise_for_status()
    partner = {"kind": "partner", "company_id": company_id}
    trait = {"kind": "interest", "name": "กาแฟ", "source": "call"}
    return {
        "key": "contractor",
        "relationship_id": await _made(client, f"contacts/{contact_id}/relationships", partner),
        "trait_id": await _made(client, f"contacts/{contact_id}/traits", trait),
    }


async def _ownership(client: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str]:
    """Of nobody's customers: rules that are not active, a handover that moved nobody."""
    user_id = ids["user_id"]
    team_id = await _made(client, "teams", {"name": "ทีมขาย", "members": [{"user_id": user_id}]})
    rule = {"name": "วนตามลำดับ", "strategy": "round_robin", "team_id": team_id, "active": False}
    away = {"user_id": user_id, "starts_at": "2099-01-01T00:00:00Z", "ends_at": "2099-01-02T00:00:00Z"}
    lent = {"contact_ids": [str(new_id())], "to_owner_id": user_id, "return_at": "2099-01-01T00:00:00Z"}
    reassigned = await client.post("/v1/contacts/reassign", json=lent)
    return {
        "team_id": team_id,
        "territory_id": await _made(client, "territories", {"name": "เหนือ", "team_id": team_id, "tags": ["VIP"]}),
        "rule_id": await _made(client, "assignment-rules", rule),
        "absence_id": await _made(client, "absences", away),
        "handover_id": str(reassigned.raise_for_status().json()["handover"]["id"]),
    }


async def _upload(client: httpx.AsyncClient, name: str) -> str:
    text = "Name,Email,Order number,Date,Total\nSomsri,somsri@example.com,1,2026-01-02,10.00\n"
    answer = await client.post(f"/v1/{name}", files={"file": ("file.csv", text.encode())}, headers=_key())
    return str(answer.raise_for_status().json()["id"])


async def _working(client: httpx.AsyncClient) -> str:
    """An operation; where no worker is it never ends."""
    started = await client.post(f"/v1/imports/{await _upload(client, 'imports')}/dry-run", headers=_key())
    return str(started.raise_for_status().json()["id"])


async def _exported(client: httpx.AsyncClient) -> str:
    (await client.post("/v1/exports", json={}, headers=_key())).raise_for_status()
    return str((await client.get("/v1/exports")).json()["data"][0]["id"])


async def _merged(client: httpx.AsyncClient) -> str:
    survivor, other = [await _made(client, "contacts", {"full_name": "มาลี รักดี"}) for _ in range(2)]
    answer = await client.post(f"/v1/contacts/{survivor}/merge", json={"contact_ids": [other]})
    return str(answer.raise_for_status().json()["id"])


async def _made(client: httpx.AsyncClient, name: str, body: dict[str, Any]) -> str:
    answer = await client.post(f"/v1/{name}", json=body)
    return str(answer.raise_for_status().json()["id"])


def _key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}
