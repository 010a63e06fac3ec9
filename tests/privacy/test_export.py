"""A person's data, out of every service, behind a link that opens for a day."""

import io
import zipfile
from typing import Any

import httpx
import orjson
import pytest

from shared.ids import new_id
from tests.attacks.system import System, Tenant
from tests.privacy.asking import ask, completed, until

CALL = {"kind": "call", "direction": "inbound", "subject": "ถามเรื่องส่วนลด"}
LINE = {"sku": "TEA-01", "name": "ชาเขียว", "amount": {"amount": "120.00", "currency": "THB"}}


@pytest.fixture
async def tenant(system: System) -> Tenant:
    return await system.new_tenant()


async def customer(client: httpx.AsyncClient) -> str:
    """With a call and an order, of which all services know."""
    made = await client.post("/v1/contacts", json={"full_name": "มาลี สวัสดี", "notes": "แพ้นม"})
    contact_id = str(made.raise_for_status().json()["id"])
    order = {"source": "shop", "number": new_id().hex, "contact_id": contact_id, "lines": [LINE]}
    for path, body in (("interactions", {**CALL, "contact_id": contact_id}), ("orders", order)):
        (await client.post(f"/v1/{path}", json=body)).raise_for_status()

    async def is_known() -> bool:
        metrics = (await client.get(f"/v1/contacts/{contact_id}/metrics")).json()
        return (metrics.get("frequency"), metrics.get("contact_count")) == (1, 1)

    await until(is_known)
    return contact_id


async def link_to(client: httpx.AsyncClient, location: str) -> Any:
    return (await client.post(f"{location}/link")).raise_for_status().json()


async def test_whoever_has_the_link_gets_all_that_is_held_about_the_person(system: System, tenant: Tenant) -> None:
    async with system.client(tenant.api_key) as client, system.client() as nobody:
        contact_id = await customer(client)
        location = await completed(client, {"kind": "export", "contact_id": contact_id, "reason": "ขอสำเนา"})

        answer = await nobody.get((await link_to(client, location))["url"])

        progress = (await client.get(location)).json()["services"]
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    file = zipfile.ZipFile(io.BytesIO(answer.content))
    parts = {name: orjson.loads(file.read(f"{name}.json")) for name in ("contacts", "interactions", "analytics")}
    assert parts["contacts"]["contacts"][0]["notes"] == "แพ้นม"
    assert parts["interactions"]["interactions"][0]["subject"] == CALL["subject"]
    assert parts["interactions"]["orders"][0]["lines"][0]["name"] == LINE["name"]
    assert parts["analytics"]["features"][0]["order_count"] == 1
    assert "มาลี สวัสดี" in file.read("index.html").decode()
    assert {each["service"]: each["counts"] for each in progress}["interactions"] == {
        "interactions": 1, "known_contacts": 1, "orders": 1
    }  # fmt: skip


async def test_a_changed_link_opens_nothing(system: System, tenant: Tenant) -> None:
    async with system.client(tenant.api_key) as client, system.client() as nobody:
        location = await completed(client, {"kind": "export", "contact_id": await customer(client)})
        url = (await link_to(client, location))["url"]
        head, payload, signature = url.rpartition("/")[2].split(".")

        answer = await nobody.get(f"/v1/privacy-exports/{head}.{payload[:-2]}AA.{signature}")

    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_link"


async def test_an_erasure_takes_exported_data_away_too(system: System, tenant: Tenant) -> None:
    async with system.client(tenant.api_key) as client, system.client() as nobody:
        contact_id = await customer(client)
        url = (await link_to(client, await completed(client, {"kind": "export", "contact_id": contact_id})))["url"]
        await completed(client, {"kind": "erasure", "contact_id": contact_id})

        answer = await nobody.get(url)

    assert answer.status_code == 410
    assert answer.json()["code"] == "privacy_export_gone"


async def test_there_is_no_link_before_the_export_is_made(system: System, tenant: Tenant) -> None:
    async with system.client(tenant.api_key) as client:
        contact = await client.post("/v1/contacts", json={"full_name": "Ada"})
        later = {"kind": "export", "contact_id": contact.json()["id"], "start_at": "2099-01-01T00:00:00Z"}

        answer = await client.post(f"{await ask(client, later)}/link")

    assert answer.status_code == 409
    assert answer.json()["code"] == "privacy_export_not_ready"
