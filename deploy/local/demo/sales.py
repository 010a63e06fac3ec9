"""How the demo's shop shares its customers among its people: a team, two territories, a rule, a handover."""

from collections.abc import Sequence
from typing import Any

from deploy.local.demo.api import Api

TEAM = "ทีมขาย Sales"
NORTH = ["เชียงใหม่", "เชียงราย", "ลำพูน", "ลำปาง"]
LENT = 20


async def share_customers(api: Api, ploy: str, james: str) -> None:
    """Unless it is done already: then the team is there."""
    if (await api.get("/v1/teams"))["data"]:
        return
    members = [{"user_id": ploy, "role": "member"}, {"user_id": james, "role": "lead"}]
    team = await api.send("POST", "/v1/teams", {"name": TEAM, "members": members})
    for body in _territories(team["id"], ploy):
        await api.send("POST", "/v1/territories", body)
    for body in _rules(team["id"]):
        await api.send("POST", "/v1/assignment-rules", body)
    customers = (await api.get(f"/v1/contacts?limit={2 * LENT}&fields=id"))["data"]
    await _hand_over(api, [each["id"] for each in customers], ploy, james)


def _territories(team_id: str, ploy: str) -> Sequence[dict[str, Any]]:
    return (
        {"name": "ภาคเหนือ", "priority": 10, "provinces": NORTH, "user_id": ploy},
        {"name": "Wholesale", "priority": 20, "customer_classes": ["wholesale"], "team_id": team_id},
    )


def _rules(team_id: str) -> Sequence[dict[str, Any]]:
    """Not active: whoever tries the API finds what he creates as he left it, until he switches them on."""
    return (
        {"name": "ตามเขต", "priority": 10, "strategy": "territory", "active": False},
        {"name": "In turn", "priority": 20, "strategy": "round_robin", "team_id": team_id, "active": False},
    )


async def _hand_over(api: Api, contact_ids: Sequence[str], ploy: str, james: str) -> None:
    given = {"contact_ids": contact_ids, "to_owner_id": ploy, "reason": "ลูกค้าใหม่ของพลอย"}
    await api.send("POST", "/v1/contacts/reassign", given)
    lent = {"contact_ids": contact_ids[:LENT], "to_owner_id": james, "reason": "Holiday cover"}
    await api.send("POST", "/v1/contacts/reassign", {**lent, "return_at": "2099-01-01T00:00:00Z"})
