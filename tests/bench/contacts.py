"""Contacts to measure with: Thai and English names, e-mails that never repeat."""

from typing import Any

import aiohttp

NAMES = ["สมชาย", "มาลี", "ประเสริฐ", "กาญจนา", "Somchai", "Ada", "Grace", "วิชัย", "อรทัย", "Niran"]
FAMILIES = ["ใจดี", "สุขสันต์", "Lovelace", "Hopper", "ทองคำ", "ศรีสุข", "Jaidee"]
AT_ONCE = 200


def new_contact(mark: str, number: int = 0) -> dict[str, Any]:
    """`mark` makes the e-mail unique."""
    name, family = NAMES[number % len(NAMES)], FAMILIES[number % len(FAMILIES)]
    return {"full_name": f"{name} {family}", "email": f"bench-{mark}@example.com"}


async def seed(port: int, token: str, count: int) -> list[str]:
    """Creates contacts through the API; returns their ids."""
    url = f"http://127.0.0.1:{port}/v1/contacts/batch"
    ids: list[str] = []
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        for start in range(0, count, AT_ONCE):
            items = [{"op": "create", "data": new_contact(f"seed-{n}", n)} for n in range(start, start + AT_ONCE)]
            async with session.post(url, json={"items": items}) as response:
                response.raise_for_status()
                ids += [result["id"] for result in (await response.json())["data"]]
    return ids
