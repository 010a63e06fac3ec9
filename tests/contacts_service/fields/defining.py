"""Fields and records for tests."""

from typing import Any

from httpx import AsyncClient

TIER = [
    {"key": "gold", "labels": {"th": "ทอง", "en": "Gold"}},
    {"key": "silver", "labels": {"th": "เงิน", "en": "Silver"}},
    {"key": "bronze", "labels": {"en": "Bronze"}},
]
EXTRA: dict[str, dict[str, Any]] = {
    "choice": {"options": TIER},
    "choices": {"options": TIER},
    "money": {"currency": "THB"},
    "reference": {"target": "company"},
}


async def define(client: AsyncClient, key: str, value_type: str = "text", **more: Any) -> dict[str, Any]:
    body = {"record_type": "contact", "key": key, "value_type": value_type, "labels": {"th": key, "en": key}}
    response = await client.post("/v1/fields", json={**body, **EXTRA.get(value_type, {}), **more})
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


async def add(client: AsyncClient, name: str = "มาลี", path: str = "/v1/contacts", *, custom: Any) -> dict[str, Any]:
    named = {"full_name": name} if path == "/v1/contacts" else {"name": name}
    response = await client.post(path, json={**named, "custom_fields": custom})
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


async def names(client: AsyncClient, path: str = "/v1/contacts", **params: Any) -> list[str]:
    """Of a whole list, page after page."""
    found: list[str] = []
    while True:
        response = await client.get(path, params=params)
        assert response.status_code == 200, response.text
        page = response.json()
        found += [each.get("full_name") or each["name"] for each in page["data"]]
        if page["next_cursor"] is None:
            return found
        params["cursor"] = page["next_cursor"]
