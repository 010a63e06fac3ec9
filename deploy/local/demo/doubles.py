"""Customers that the shop has twice, as a cashier and a web form write them: to be found, merged and told apart."""

from typing import Any

from deploy.local.demo.api import Api, Refused

SYSTEM = "walk-in"
BORN = {"year": 1990, "month": 4, "day": 13}
PAIRS: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    (
        {"full_name": "นางสาวมาลี ใจดี", "phone": "0812223344", "birthday": BORN},
        {"full_name": "Malee Jaidee", "phone": "+66812223344", "email": "malee.j@example.com", "birthday": BORN},
    ),
    (
        {"full_name": "สมชาย รักเรียน", "phone": "0891112233", "email": "somchai.r@example.com"},
        {"full_name": "Somchai Rakrian", "phone": "089-111-2233", "nickname": "ชาย"},
    ),
    (
        {"full_name": "Katherine Hughes", "phone": "0865554433", "birthday": {"year": 1984, "month": 11, "day": 2}},
        {"full_name": "Hughes Catherine", "phone": "0865554433", "email": "c.hughes@example.com"},
    ),
)
"""The first is merged, the others are there to be decided about."""


async def add_doubles(api: Api) -> None:
    """Unless they are there already."""
    if await _is_known(api):
        return
    for number, pair in enumerate(PAIRS):
        one, other = [
            await api.send("PUT", f"/v1/contacts/by-external-id/{SYSTEM}/{number}-{place}", each)
            for place, each in enumerate(pair)
        ]
        if number == 0:
            await api.send("POST", f"/v1/contacts/{one['id']}/merge", {"contact_ids": [other["id"]]})


async def _is_known(api: Api) -> bool:
    """By the last, which is written after all others."""
    try:
        await api.get(f"/v1/contacts/by-external-id/{SYSTEM}/{len(PAIRS) - 1}-1")
    except Refused:
        return False
    return True
