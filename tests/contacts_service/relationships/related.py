"""Contacts and companies that are related."""

from typing import Any

from httpx import AsyncClient

Json = dict[str, Any]


async def contact(client: AsyncClient, name: str = "มาลี สวัสดี", **fields: Any) -> str:
    response = await client.post("/v1/contacts", json={"full_name": name, **fields})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def company(client: AsyncClient, name: str = "บริษัท สัมพันธ์ จำกัด") -> str:
    response = await client.post("/v1/companies", json={"name": name})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def relate(client: AsyncClient, path: str, **body: Any) -> Json:
    response = await client.post(f"/v1/{path}/relationships", json=body)
    assert response.status_code == 201, response.text
    made: Json = response.json()
    return made


async def seen(client: AsyncClient, path: str, **params: Any) -> list[Json]:
    response = await client.get(f"/v1/{path}/relationships", params=params)
    assert response.status_code == 200, response.text
    data: list[Json] = response.json()["data"]
    return data


async def main_employer(client: AsyncClient, contact_id: str) -> str | None:
    found: str | None = (await client.get(f"/v1/contacts/{contact_id}")).json()["company_id"]
    return found
