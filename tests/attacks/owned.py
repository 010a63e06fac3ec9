"""What customers own, and who looks after it: for the world that is attacked, and requests to all its operations."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from shared.ids import new_id

Json = dict[str, Any]
HERE = {"latitude": 13.75, "longitude": 100.5}
CARS = {"field": "kind", "op": "eq", "value": "car"}
WHEN = "2026-11-22T09:30:00Z"


async def make_owned(client: httpx.AsyncClient, contact_id: str) -> dict[str, str]:
    """Ids by path parameter."""
    ids = {"policy_id": await _made(client, "/v1/service-policies", _policy())}
    ids["centre_id"] = await _made(client, "/v1/service-centres", _centre())
    ids["asset_id"] = await _made(client, "/v1/assets", _asset(contact_id))
    asset = f"/v1/assets/{ids['asset_id']}"
    ids["entitlement_id"] = await _made(client, f"{asset}/entitlements", {"name": "ตรวจเช็กฟรี"})
    ids["warranty_id"] = await _made(client, "/v1/warranties", _card(ids["asset_id"]))
    ids["reading_id"] = await _made(client, f"{asset}/readings", _reading())
    ids["service_id"] = await _made(client, f"{asset}/services", {"service": "ล้างแอร์", "performed_on": "2026-01-02"})
    (await client.post(f"/v1/entitlements/{ids['entitlement_id']}/uses", json={})).raise_for_status()
    (await client.put("/v1/service-centres/holidays", json=_holidays())).raise_for_status()
    ids["due_id"] = str((await client.get(f"{asset}/service-due")).json()["data"][0]["id"])
    return ids


async def _made(client: httpx.AsyncClient, path: str, body: Json) -> str:
    return str((await client.post(path, json=body)).raise_for_status().json()["id"])


def _policy() -> Json:
    return {"name": "เช็กระยะ", "service": "ตรวจเช็กระยะ", "kind": "car", "every_months": 6}


def _centre() -> Json:
    hours = [{"weekday": 1, "opens": "08:30", "closes": "17:30"}]
    address = {"province": "กรุงเทพมหานคร", "country": "TH"}
    special = [{"on": "2026-12-31", "hours": [{"opens": "09:00", "closes": "12:00"}], "note": "สิ้นปี"}]
    return {"name": "ศูนย์ บางนา", **HERE, "opening_hours": hours, "address": address, "special_days": special}


def _asset(contact_id: str) -> Json:
    about = {"name": "รถกระบะ", "kind": "car", "brand": "Toyota", "serial": new_id().hex}
    return {**about, "contact_id": contact_id, "external_ids": [{"system": "dms", "id": new_id().hex}]}


def _card(asset_id: str) -> Json:
    return {"card_number": new_id().hex, "asset_id": asset_id, "months": 12, "entitlements": [{"name": "ฟรี"}]}


def _new_card() -> Json:
    asset = {"name": "แอร์", "kind": "แอร์", "serial": new_id().hex}
    customer = {"full_name": "มาลี", "phone": "081 234 5678"}
    card = {"card_number": new_id().hex, "asset": asset, "customer": customer, "months": 12}
    return {**card, "entitlements": [{"name": "ล้างแอร์ฟรี", "uses_total": 2}]}


def _reading() -> Json:
    return {"value": 100, "unit": "km", "read_at": WHEN}


def _holidays() -> Json:
    return {"data": [{"on": "2027-04-13", "name": "วันสงกรานต์"}]}


BODIES: Mapping[tuple[str, str], Callable[[Any], Json]] = {
    ("post", "/v1/assets"): lambda world: _asset(world.contact_id),
    ("post", "/v1/assets/search"): lambda _: {"filter": {"and": [{"or": [{"not": CARS}, CARS]}]}},
    ("patch", "/v1/assets/{asset_id}"): lambda _: {"place": "บางนา", "external_ids": [{"system": "dms", "id": "1"}]},
    ("post", "/v1/assets/{asset_id}/transfers"): lambda world: {"contact_id": world.contact_id},
    ("post", "/v1/assets/{asset_id}/readings"): lambda _: _reading(),
    ("post", "/v1/assets/readings/batch"): lambda world: {"rows": [{"asset_id": world.ids["asset_id"], **_reading()}]},
    ("post", "/v1/assets/{asset_id}/services"): lambda _: {"service": "ตรวจเช็กระยะ", "performed_on": "2026-11-22"},
    ("post", "/v1/assets/{asset_id}/entitlements"): lambda _: {"name": "ตรวจเช็กฟรี", "uses_total": 4},
    ("post", "/v1/entitlements/{entitlement_id}/uses"): lambda _: {"reference": new_id().hex},
    ("post", "/v1/warranties"): lambda _: _new_card(),
    ("post", "/v1/service-policies"): lambda _: {**_policy(), "is_automatic": False},
    ("patch", "/v1/service-policies/{policy_id}"): lambda _: {"lead_days": 21},
    ("post", "/v1/service-due/{due_id}/snooze"): lambda _: {"until": "2090-01-01T00:00:00Z"},
    ("post", "/v1/service-centres"): lambda _: _centre(),
    ("patch", "/v1/service-centres/{centre_id}"): lambda _: _centre(),
    ("put", "/v1/service-centres/holidays"): lambda _: _holidays(),
    ("post", "/v1/service-centres/{centre_id}/recommendations"): lambda world: {"contact_id": world.contact_id},
}
