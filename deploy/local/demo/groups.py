"""How the demo's shop groups its customers: stages of its own, tags, lists. Safe to repeat."""

from typing import Any

from deploy.local.demo.api import Api, Refused

STAGES = [
    {"key": "lead", "label_th": "ผู้สนใจ", "label_en": "Lead"},
    {"key": "prospect", "label_th": "ว่าที่ลูกค้า", "label_en": "Prospect", "back_to": ["lead"]},
    {"key": "customer", "label_th": "ลูกค้า", "label_en": "Customer"},
    {"key": "loyal", "label_th": "ลูกค้าประจำ", "label_en": "Loyal", "back_to": ["customer"]},
    {"key": "former", "label_th": "อดีตลูกค้า", "label_en": "Former", "back_to": ["lead", "customer"]},
]
RULES = [{"orders": 25, "stage": "loyal"}]
TAGS: list[dict[str, str]] = [
    {"name": "VIP", "colour": "#e91e63", "label_th": "ลูกค้าคนสำคัญ", "label_en": "Very important"},
    {"name": "ออกร้าน 2569", "colour": "#3f51b5", "label_en": "Fair 2026"},
]
LISTS: list[tuple[dict[str, str], dict[str, str]]] = [
    (
        {"name": "ลูกค้าเชียงใหม่ / Chiang Mai", "visibility": "all"},
        {"field": "home_province", "op": "eq", "value": "เชียงใหม่"},
    ),
    (
        {"name": "Wholesale / ขายส่ง", "visibility": "all"},
        {"field": "customer_class", "op": "eq", "value": "wholesale"},
    ),
]
TAGGED = 40


async def load_groups(api: Api) -> None:
    if (await api.get("/v1/lifecycle-stages"))["version"] == 0:
        await api.send("PUT", "/v1/lifecycle-stages", {"stages": STAGES, "rules": RULES})
    for tag in TAGS:
        await _register(api, tag)
    newest = [row["id"] for row in (await api.get(f"/v1/contacts?limit={TAGGED}&fields=id"))["data"]]
    await api.send("POST", "/v1/contacts/tags", {"contact_ids": newest, "add": [TAGS[0]["name"]]})
    await api.send("POST", "/v1/contacts/tags", {"contact_ids": newest[::3], "add": [TAGS[1]["name"]]})
    known = {row["name"] for row in (await api.get("/v1/lists?limit=200"))["data"]}
    for record, search in LISTS:
        if record["name"] not in known:
            made: dict[str, Any] = await api.send("POST", "/v1/lists", record)
            await api.run(f"/v1/lists/{made['id']}/members/search", {"action": "add", "filter": search})


async def _register(api: Api, tag: dict[str, str]) -> None:
    """Unless contacts' own tags have brought it there already."""
    try:
        await api.send("POST", "/v1/tags", tag)
    except Refused as error:
        if "tag_exists" not in str(error):
            raise
