"""The people of a Febrl file as contacts."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from httpx import AsyncClient

from tests.contacts_service.matching.febrl import FEBRL1


def contact_of(row: Mapping[str, str]) -> dict[str, Any]:
    name = row["rec_id"]
    address = {
        "street": f"{row['street_number']} {row['address_1']}", "city": row["suburb"], "province": row["state"],
        "postal_code": row["postcode"],
    }  # fmt: skip
    return {
        "full_name": f"{row['given_name']} {row['surname']}".strip() or name,
        "external_ids": [{"system": "febrl", "id": name}],
        "addresses": [{part: value.strip() or None for part, value in address.items()}],
        **({"birthday": birthday} if (birthday := _birthday(row["date_of_birth"])) else {}),
    }


def _birthday(digits: str) -> dict[str, int] | None:
    """None for a day that the calendar does not have: the file has such slips."""
    try:
        born = datetime.strptime(digits, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return {"year": born.year, "month": born.month, "day": born.day} if born.year >= 1850 else None


async def imported(client: AsyncClient) -> dict[str, list[str]]:
    """The ids of the contacts of each person."""
    with FEBRL1.open(encoding="utf-8", newline="") as lines:
        rows = [{k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(lines, skipinitialspace=True)]
    people: defaultdict[str, list[str]] = defaultdict(list)
    for start in range(0, len(rows), 200):
        chunk = rows[start : start + 200]
        items = [{"op": "create", "data": contact_of(row)} for row in chunk]
        answer = await client.post("/v1/contacts/batch", json={"items": items})
        assert answer.status_code == 200, answer.text
        for row, result in zip(chunk, answer.json()["data"], strict=True):
            people["-".join(row["rec_id"].split("-")[:2])].append(result["id"])
    return people
