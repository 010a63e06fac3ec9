"""What tests of due services do over and over."""

from typing import Any

from httpx import AsyncClient

Json = dict[str, Any]


async def policy(client: AsyncClient, **fields: Any) -> Json:
    body = {"name": "เช็กระยะ", "service": "ตรวจเช็กระยะ", "kind": "car", **fields}
    response = await client.post("/v1/service-policies", json=body)
    assert response.status_code == 201, response.text
    made: Json = response.json()
    return made


async def due(client: AsyncClient, asset_id: str) -> list[Json]:
    response = await client.get(f"/v1/assets/{asset_id}/service-due")
    assert response.status_code == 200, response.text
    found: list[Json] = response.json()["data"]
    return found


async def read(client: AsyncClient, asset_id: str, value: float, day: str, **more: Any) -> Json:
    body = {"value": value, "unit": "km", "read_at": f"{day}T03:00:00Z", **more}
    response = await client.post(f"/v1/assets/{asset_id}/readings", json=body)
    assert response.status_code == 201, response.text
    made: Json = response.json()
    return made


async def serve(client: AsyncClient, asset_id: str, day: str, **more: Any) -> Json:
    body = {"service": "ตรวจเช็กระยะ", "performed_on": day, **more}
    response = await client.post(f"/v1/assets/{asset_id}/services", json=body)
    assert response.status_code == 201, response.text
    made: Json = response.json()
    return made
