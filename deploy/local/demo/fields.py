"""What this business keeps of its customers beyond the usual: fields of its own, with values for some."""

from itertools import cycle
from typing import Any

from deploy.local.demo.api import Api, Refused

FIELDS: tuple[dict[str, Any], ...] = (
    {
        "key": "member_tier",
        "value_type": "choice",
        "labels": {"th": "ระดับสมาชิก", "en": "Member tier"},
        "options": [
            {"key": "gold", "labels": {"th": "ทอง", "en": "Gold"}},
            {"key": "silver", "labels": {"th": "เงิน", "en": "Silver"}},
        ],
        "indexed": True,
    },
    {"key": "points", "value_type": "number", "labels": {"th": "แต้มสะสม", "en": "Points"}, "indexed": True},
    {"key": "card_number", "value_type": "text", "labels": {"th": "เลขบัตรสมาชิก", "en": "Card number"}, "unique": True},
)
MEMBERS = 50


async def define_fields(api: Api) -> None:
    """Unless they are there already."""
    for field in FIELDS:
        try:
            await api.send("POST", "/v1/fields", {"record_type": "contact", **field})
        except Refused as error:
            if "field_key_taken" not in str(error):
                raise


async def give_values(api: Api) -> None:
    """The same ones to the same customers each time: what does not change is not written."""
    page = await api.get(f"/v1/contacts?limit={MEMBERS}&sort=full_name&fields=id")
    tiers = cycle(("gold", "silver", "silver"))
    items = [
        {"op": "update", "id": contact["id"], "data": {"custom_fields": _values(number, next(tiers))}}
        for number, contact in enumerate(page["data"])
    ]
    await api.send("POST", "/v1/contacts/batch", {"items": items})


def _values(number: int, tier: str) -> dict[str, Any]:
    return {"member_tier": tier, "points": number * 37 % 1000, "card_number": f"M-{number:05}"}
