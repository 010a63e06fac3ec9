"""Contacts that are merged in tests, and their state."""

from typing import Any

from httpx import AsyncClient

MOVING_ON = frozenset({"version", "updated_at"})
"""Every write counts these up, its undo too."""


async def new(client: AsyncClient, **fields: Any) -> dict[str, Any]:
    response = await client.post("/v1/contacts", json={"full_name": "มาลี ใจดี", **fields})
    assert response.status_code == 201, response.text
    contact: dict[str, Any] = response.json()
    return contact


async def merge(client: AsyncClient, survivor: dict[str, Any], *others: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"contact_ids": [each["id"] for each in others], **more}
    response = await client.post(f"/v1/contacts/{survivor['id']}/merge", json=body)
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()
    return made


async def undo(client: AsyncClient, made: dict[str, Any]) -> dict[str, Any]:
    response = await client.post(f"/v1/merges/{made['id']}/undo")
    assert response.status_code == 200, response.text
    undone: dict[str, Any] = response.json()
    return undone


async def read(client: AsyncClient, contact: dict[str, Any]) -> dict[str, Any]:
    """What stays the same if a change is taken back."""
    response = await client.get(f"/v1/contacts/{contact['id']}")
    assert response.status_code == 200, response.text
    return settled(response.json())


def settled(contact: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in contact.items() if name not in MOVING_ON}
