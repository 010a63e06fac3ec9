"""An office of people who see their own customers, their team's, or all."""

from dataclasses import dataclass
from typing import Any

from httpx import AsyncClient


@dataclass(frozen=True)
class Office:
    """Ploy and James see their own customers, Mali those of her team; she is in James's."""

    boss: AsyncClient
    ploy: AsyncClient
    james: AsyncClient
    mali: AsyncClient
    ids: dict[str, str]


async def customer(client: AsyncClient, name: str, **fields: Any) -> dict[str, Any]:
    response = await client.post("/v1/contacts", json={"full_name": name, **fields})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def names(client: AsyncClient, path: str = "/v1/contacts", **params: Any) -> list[str]:
    response = await client.get(path, params=params)
    assert response.status_code == 200, response.text
    return sorted(each.get("full_name") or each["name"] for each in response.json()["data"])
