"""Contacts for tests that are about something else."""

from typing import Any

from httpx import AsyncClient


async def contact(client: AsyncClient, **fields: Any) -> str:
    """The id of a new one."""
    response = await client.post("/v1/contacts", json={"full_name": "สมชาย ใจดี", **fields})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def shown(client: AsyncClient, contact_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/v1/contacts/{contact_id}")).json()
    return found


async def ids_of(client: AsyncClient, path: str, **query: Any) -> list[str]:
    """Of a list's first page, in its order."""
    response = await client.get(path, params=query)
    assert response.status_code == 200, response.text
    return [row["id"] for row in response.json()["data"]]
