"""What some demo customers own, and who looks after it: warranty cards, readings, service policies and centres."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.local.demo.api import Api

DAILY = [{"weekday": day, "opens": "08:30", "closes": "17:30"} for day in range(1, 7)]
LATE = [{"weekday": day, "opens": "12:00", "closes": "01:00"} for day in range(1, 8)]
CENTRES: tuple[dict[str, Any], ...] = (
    {"name": "ศูนย์บริการ บางนา", "latitude": 13.6682, "longitude": 100.6348, "opening_hours": DAILY,
     "capabilities": ["รถยนต์", "แอร์"], "capacity_per_day": 20},
    {"name": "ศูนย์บริการ เชียงใหม่", "latitude": 18.7883, "longitude": 98.9853, "opening_hours": DAILY,
     "capabilities": ["รถยนต์"], "capacity_per_day": 12},
    {"name": "Phuket Night Service", "latitude": 7.8804, "longitude": 98.3923, "opening_hours": LATE,
     "capabilities": ["รถยนต์", "แอร์"], "open_on_holidays": True},
)  # fmt: skip
POLICIES: tuple[dict[str, Any], ...] = (
    {"name": "เช็กระยะรถยนต์", "service": "ตรวจเช็กระยะ", "kind": "รถยนต์", "every_months": 6, "every_usage": 10_000,
     "first_usage": 1_000, "usage_unit": "km", "assumed_usage_per_month": 1_500},
    {"name": "Air conditioner cleaning", "service": "ล้างแอร์", "kind": "แอร์", "every_months": 6, "lead_days": 21},
)  # fmt: skip
HOLIDAYS = [{"on": "2027-01-01", "name": "วันขึ้นปีใหม่"}, {"on": "2027-04-13", "name": "วันสงกรานต์"}]
CUSTOMERS = 3
THINGS = (("รถกระบะ", "รถยนต์", "Toyota", "Hilux"), ("แอร์ห้องนอน", "แอร์", "Daikin", "FTKM24"))
WEEKS = 12


async def load_owned(api: Api) -> None:
    """Once: a warranty card that is registered again changes nothing, and the rest is there with the first centre."""
    oldest = await api.get(f"/v1/contacts?limit={CUSTOMERS}&sort=created_at&fields=id")
    for card in cards([contact["id"] for contact in oldest["data"]]):
        warranty = await api.send("POST", "/v1/warranties", card)
        if card["asset"]["kind"] == "รถยนต์":
            await api.send("POST", "/v1/assets/readings/batch", {"rows": list(readings(warranty["asset_id"]))})
    if (await api.get("/v1/service-centres?limit=1"))["data"]:
        return
    for policy in POLICIES:
        await api.send("POST", "/v1/service-policies", policy)
    await api.send("PUT", "/v1/service-centres/holidays", {"data": HOLIDAYS})
    for centre in CENTRES:
        await api.send("POST", "/v1/service-centres", centre)


def cards(owners: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The same ones each time."""
    for number, owner in enumerate(owners):
        for name, kind, brand, model in THINGS:
            serial = f"DEMO{brand[:3].upper()}{number:04}"
            asset = {"name": name, "kind": kind, "brand": brand, "model": model, "serial": serial}
            yield {
                "card_number": f"DEMO-{brand}-{number}",
                "contact_id": owner,
                "asset": {**asset, "purchased_on": "2026-06-15"},
                "months": 36 if kind == "รถยนต์" else 60,
                "entitlements": [{"name": "ตรวจเช็กฟรี", "uses_total": 2}],
            }


def readings(asset_id: str) -> Iterator[dict[str, Any]]:
    """One each Monday of the last weeks; those of a later run go on from them."""
    now = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = now - timedelta(days=now.weekday())
    since_start = datetime(2026, 6, 15, tzinfo=UTC)
    for week in range(WEEKS):
        read_at = monday - timedelta(weeks=week)
        value = 50 * (read_at - since_start).days
        if value >= 0:
            yield {"asset_id": asset_id, "value": value, "unit": "km", "read_at": read_at.isoformat()}
