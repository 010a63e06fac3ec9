"""Preference links, and what is asked of them."""

from typing import Any

from httpx import AsyncClient

OFFERS: dict[str, Any] = {"key": "offers", "name_th": "โปรโมชัน", "name_en": "Offers"}
MALEE: dict[str, Any] = {"email": "malee@example.com", "phone": "081-234-5678"}
FORM = {"List-Unsubscribe": "One-Click"}


async def a_link(client: AsyncClient, contact_id: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(f"/v1/contacts/{contact_id}/preference-links", json=body)
    made: dict[str, Any] = answer.raise_for_status().json()
    return made
