"""One story through every service: people are imported, their facts travel over Kafka, and arrive once each."""

import csv
import os
import signal
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from deploy.local.demo.api import Api
from tests.e2e.system import Installation, eventually

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]
CDNOW = Path(__file__).parents[2] / "deploy/local/demo/cdnow_master.txt"
TOTALS = {"orders": 69_659, "customers": 23_570, "revenue": Decimal("2500315.63")}
GOOGLE = [
    [
        "First Name",
        "Last Name",
        "Labels",
        "Organization Name",
        "E-mail 1 - Label",
        "E-mail 1 - Value",
        "Phone 1 - Label",
        "Phone 1 - Value",
    ],
    ["สมพร", "รักเรียน", "* myContacts ::: ลูกค้า", "ร้านหนังสือ", "* Work", "somporn@example.org", "Mobile", "081-999-0001"],
    ["กานดา", "พาณิชย์", "ลูกค้า", "", "Home", "kanda@example.org", "Mobile", "๐๘๑ ๙๙๙ ๐๐๐๒"],
]


def cdnow() -> list[list[str]]:
    return [line.split() for line in CDNOW.read_text().splitlines()[1:] if line.strip()]


async def trend_totals(api: Api) -> dict[str, Any]:
    months = (await api.get("/v1/analytics/trends?from=1997-01&to=1998-06"))["data"]
    return {
        "orders": sum(month["orders"] for month in months),
        "customers": sum(month["new_customers"] for month in months),
        "revenue": sum((Decimal(month["revenue"]["amount"]) for month in months if month["revenue"]), Decimal()),
    }


async def test_every_order_is_in_the_trends_once(api: Api) -> None:
    await eventually(lambda: trend_totals(api), TOTALS)


async def test_a_customer_metrics_and_timeline_agree_with_the_file(api: Api) -> None:
    bought: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for customer, day, _, amount in cdnow():
        bought[customer].append((day, Decimal(amount)))

    for customer in ("00001", "00004", "04567", "12345", "23570"):
        contact = await api.get(f"/v1/contacts/by-external-id/cdnow/{customer}")
        metrics = await api.get(f"/v1/contacts/{contact['id']}/metrics")
        orders = [each for each in await timeline(api, contact["id"]) if each["type"] == "order"]

        days = sorted(day for day, _ in bought[customer])
        spent = sum((amount for _, amount in bought[customer]), Decimal())
        assert metrics["frequency"] == len(orders) == len(days)
        assert Decimal(metrics["monetary"]["amount"]) == spent
        assert sum((Decimal(order["total"]["amount"]) for order in orders), Decimal()) == spent
        assert [order["occurred_at"][:10].replace("-", "") for order in orders] == days[::-1]
        assert metrics["last_order_at"][:10].replace("-", "") == days[-1]


async def timeline(api: Api, contact_id: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await api.get(f"/v1/contacts/{contact_id}/timeline?limit=50{cursor}")
        entries += page["data"]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    return entries


async def test_importing_the_same_orders_again_changes_nothing(api: Api) -> None:
    """A tenth of them."""
    lines = b"".join(CDNOW.read_bytes().splitlines(keepends=True)[:7_001])
    uploaded = await api.upload("/v1/order-imports", CDNOW.name, lines)
    result = await api.run(f"/v1/order-imports/{uploaded['id']}/run")

    assert (result["rows"], result["created"], result["failed"]) == (7_000, 0, 0)
    await eventually(lambda: trend_totals(api), TOTALS)


async def test_a_thai_google_file_becomes_contacts_with_a_story(api: Api, tmp_path: Path) -> None:
    file = tmp_path / "google.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(GOOGLE)

    uploaded = await api.upload("/v1/imports", file.name, file.read_bytes())
    result = await api.run(f"/v1/imports/{uploaded['id']}/run")
    again = await api.upload("/v1/imports", file.name, file.read_bytes())
    repeated = await api.run(f"/v1/imports/{again['id']}/run")

    assert (result["created"], result["failed"]) == (2, 0)
    assert (repeated["created"], repeated["updated"], repeated["unchanged"]) == (0, 0, 2)
    [contact] = (await api.get("/v1/contacts?q=0819990002"))["data"]
    assert contact["full_name"] == "กานดา พาณิชย์"

    call = {
        "contact_id": contact["id"],
        "kind": "call",
        "direction": "inbound",
        "subject": "สอบถามสินค้า",
        "resolution": "ส่งแคตตาล็อกแล้ว",
        "occurred_at": datetime.now(UTC).isoformat(),
    }
    await api.send("POST", "/v1/interactions", call)

    async def story() -> Any:
        overview = await api.get(f"/v1/contacts/{contact['id']}/overview")
        return overview["last_contact"]["subject"], overview["metrics"]["contact_count"], overview["incomplete"]

    await eventually(story, ("สอบถามสินค้า", 1, []))


async def test_a_person_is_erased_everywhere_and_the_receipt_says_when_kafka_forgets(api: Api) -> None:
    contact = await api.send("POST", "/v1/contacts", {"full_name": "นิรนาม ไร้ร่องรอย", "email": "gone@example.org"})
    call = {"contact_id": contact["id"], "kind": "call", "direction": "inbound", "subject": "ขอให้ลบข้อมูล"}
    await api.send("POST", "/v1/interactions", call)
    asked = await api.send("POST", "/v1/privacy-requests", {"kind": "erasure", "contact_id": contact["id"]})

    async def status() -> Any:
        return (await api.get(f"/v1/privacy-requests/{asked['id']}"))["status"]

    await eventually(status, "completed")
    receipt = (await api.get(f"/v1/privacy-requests/{asked['id']}/receipt"))["statement"]
    completed_at, gone_at = (datetime.fromisoformat(receipt[name]) for name in ("completed_at", "gone_everywhere_at"))
    assert {each["service"]: each["status"] for each in receipt["services"]}["log"] == "expiring"
    assert gone_at - completed_at == timedelta(days=14)
    assert (await api.get("/v1/contacts?q=gone@example.org"))["data"] == []
    assert await timeline(api, contact["id"]) == []


async def test_facts_survive_kill_9_of_every_service(api: Api, installation: Installation) -> None:
    contact = await api.send("POST", "/v1/contacts", {"full_name": "Phoenix"})
    note = {"contact_id": contact["id"], "kind": "chat", "direction": "inbound", "subject": "before the fire"}
    await api.send("POST", "/v1/interactions", note)
    for name, pid in installation.pids.items():
        if name in ("contacts", "interactions", "campaigns", "analytics"):
            os.kill(pid, signal.SIGKILL)

    async def story() -> Any:
        try:
            known = await api.get(f"/v1/contacts/{contact['id']}")
            metrics = await api.get(f"/v1/contacts/{contact['id']}/metrics")
            first = (await timeline(api, contact["id"]))[0]
            return known["full_name"], metrics["contact_count"], first["subject"], await trend_totals(api)
        except RuntimeError as error:
            return str(error)

    await eventually(story, ("Phoenix", 1, "before the fire", TOTALS))


async def test_the_doubles_of_the_demo_are_found(api: Api) -> None:
    one, other = [await api.get(f"/v1/contacts/by-external-id/walk-in/1-{place}") for place in range(2)]

    async def found() -> Any:
        pairs = await api.get(f"/v1/duplicates?status=open&min_score=0.5&contact_id={one['id']}")
        return [{pair["left_id"], pair["right_id"]} for pair in pairs["data"]]

    await eventually(found, [{one["id"], other["id"]}])


async def test_a_merge_gathers_the_story_of_both_and_its_undo_takes_it_apart(api: Api) -> None:
    names = ("มาลี ใจดี", "Malee Jaidee")
    survivor, merged = [await api.send("POST", "/v1/contacts", {"full_name": name}) for name in names]
    await api.send("POST", "/v1/orders", order_of(survivor, "1"))
    await api.send("POST", "/v1/orders", order_of(merged, "2"))

    made = await api.send("POST", f"/v1/contacts/{survivor['id']}/merge", {"contact_ids": [merged["id"]]})
    await api.send("POST", "/v1/orders", order_of(merged, "3"))

    async def story(contact: dict[str, Any]) -> Any:
        try:
            metrics = await api.get(f"/v1/contacts/{contact['id']}/metrics")
            return metrics["frequency"], len(await timeline(api, contact["id"]))
        except RuntimeError as error:
            return str(error)

    await eventually(lambda: story(survivor), (3, 3))
    await api.send("POST", f"/v1/merges/{made['id']}/undo")
    await eventually(lambda: story(survivor), (1, 1))
    await eventually(lambda: story(merged), (2, 2))


def order_of(contact: dict[str, Any], number: str) -> dict[str, Any]:
    total = {"amount": "100.00", "currency": "THB"}
    return {"source": "merged", "number": f"{contact['id']}-{number}", "contact_id": contact["id"], "total": total}
