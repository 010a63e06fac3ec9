"""What tests of consents do over and over, through the HTTP door."""

from typing import Any

from httpx import AsyncClient, Response

MARKETING: dict[str, Any] = {"purpose": "marketing", "channel": "email", "source": "web_form"}


async def a_contact(client: AsyncClient, **more: Any) -> str:
    answer = await client.post("/v1/contacts", json={"full_name": "มาลี ใจดี", **more})
    return str(answer.raise_for_status().json()["id"])


async def decide(client: AsyncClient, contact_id: str, decision: str, **more: Any) -> Response:
    body = {"decisions": [{**MARKETING, "decision": decision, **more}]}
    return await client.post(f"/v1/contacts/{contact_id}/consents", json=body)


async def states(client: AsyncClient, contact_id: str, **params: str) -> dict[tuple[str, str], str]:
    answer = (await client.get(f"/v1/contacts/{contact_id}/consents", params=params)).raise_for_status()
    return {(row["purpose"], row["channel"]): row["state"] for row in answer.json()["data"]}


async def ask(client: AsyncClient, contact_id: str, channel: str = "email", purpose: str = "marketing") -> Any:
    """The codes of the reasons against; empty if it may be contacted."""
    params = {"channel": channel, "purpose": purpose}
    answer = await client.get(f"/v1/contacts/{contact_id}/contactability", params=params)
    found = answer.raise_for_status().json()
    codes = [reason["code"] for reason in found["reasons"]]
    assert found["may_contact"] is (codes == [])
    return codes
