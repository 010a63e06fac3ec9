"""Files of other layouts, and what can be wrong with them."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient

from interaction_service.order_imports.steps import steps
from shared.db.record import now
from shared.ids import new_id
from shared.messaging.jobs import Jobs, run_once
from shared.operations import run_operations
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.interaction_service.facts import Facts

Upload = Callable[..., Awaitable[dict[str, Any]]]
Run = Callable[..., Awaitable[dict[str, Any]]]
Work = Callable[[], Awaitable[int]]
RETAIL = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,12/1/2010 8:26,2.55,17850.0,United Kingdom
536365,71053,WHITE METAL LANTERN,6,12/1/2010 8:27,3.39,17850.0,United Kingdom
536366,22633,HAND WARMER UNION JACK,6,12/1/2010 8:28,1.85,,United Kingdom
C536379,D,Discount,-1,12/1/2010 9:41,27.50,14527,United Kingdom
"""
THAI = """เลขที่ใบสั่งซื้อ,อีเมล,วันที่,สกุลเงิน,รหัสสินค้า,ชื่อสินค้า,จำนวน,ราคาต่อหน่วย,ส่วนลด
T-1,Somchai@Example.com,22/11/2568 14:30,THB,CUP,แก้วน้ำ,2,"1,250.50",1
T-1,Somchai@Example.com,22/11/2568 14:30,THB,BAG,ถุงผ้า,1,120,1
T-2,mali@example.com,2025-11-23T09:00:00+07:00,USD,CUP,แก้วน้ำ,1,35,
"""


async def orders(client: AsyncClient, **params: Any) -> dict[str, dict[str, Any]]:
    response = await client.get("/v1/orders", params=params)
    return {order["number"]: order for order in response.json()["data"]}


async def test_lines_of_online_retail_become_invoices_and_cancellations_negative_ones(
    client: AsyncClient, facts: Facts, upload: Upload, run: Run
) -> None:
    customer = new_id()
    await facts.contact(customer, external_ids=[{"system": "online_retail", "id": "17850"}])

    uploaded = await upload("retail.csv", RETAIL.encode())
    result = await run(uploaded)

    stored = await orders(client)
    assert (uploaded["layout"], uploaded["currency"], uploaded["counts"]["rows"]) == ("online_retail", "GBP", 4)
    assert uploaded["preview"][0]["order"]["number"] == "536365"
    assert (result["created"], result["rows"]) == (3, 4)
    assert {number: order["total"]["amount"] for number, order in stored.items()} == {
        "536365": "35.64", "536366": "11.10", "C536379": "-27.50",
    }  # fmt: skip
    assert stored["536365"]["contact_id"] == str(customer)
    assert stored["536365"]["placed_at"] == "2010-12-01T08:26:00.000Z"
    assert [line["sku"] for line in stored["536365"]["lines"]] == ["85123A", "71053"]
    assert (stored["536366"]["contact_id"], stored["536366"]["contact_ref"]) == (None, None)
    assert stored["C536379"]["quantity"] == "-1"


async def test_a_thai_file_in_cp874_with_buddhist_years_is_read(
    client: AsyncClient, facts: Facts, upload: Upload, run: Run
) -> None:
    somchai = new_id()
    await facts.contact(somchai, emails=["somchai@example.com"])

    uploaded = await upload("คำสั่งซื้อ.csv", THAI.encode("cp874"), time_zone="Asia/Bangkok", source="lazada")
    await run(uploaded)

    stored = await orders(client, source="lazada")
    assert (uploaded["layout"], uploaded["file_name"]) == ("samphan", "คำสั่งซื้อ.csv")
    assert stored["T-1"]["total"]["amount"] == "2620.00"
    assert stored["T-1"]["placed_at"] == "2025-11-22T07:30:00.000Z"
    assert stored["T-1"]["contact_id"] == str(somchai)
    assert (stored["T-2"]["currency"], stored["T-2"]["placed_at"]) == ("USD", "2025-11-23T02:00:00.000Z")
    assert stored["T-2"]["contact_ref"] == {"system": "email", "id": "mali@example.com"}


async def test_a_second_file_updates_or_skips_what_is_there(client: AsyncClient, upload: Upload, run: Run) -> None:
    head = "order_number,contact_external_id,placed_at,total\n"
    await run(await upload("a.csv", (head + "1,C1,2026-01-01,10\n2,C1,2026-01-02,20\n").encode()))
    changed = (head + "1,C1,2026-01-01,11\n2,C1,2026-01-02,20\n3,C1,2026-01-03,30\n").encode()

    skipped = await run(await upload("b.csv", changed, match_policy="skip"))
    before = (await orders(client))["1"]["total"]["amount"]
    updated = await run(await upload("b.csv", changed))

    assert (skipped["created"], skipped["skipped"]) == (1, 2)
    assert before == "10.00"
    assert (updated["updated"], updated["unchanged"], updated["created"]) == (1, 2, 0)
    assert (await orders(client))["1"]["total"]["amount"] == "11.00"


async def test_a_dry_run_tells_everything_and_changes_nothing(
    client: AsyncClient, tenant: Tenant, upload: Upload, run: Run
) -> None:
    uploaded = await upload("a.csv", b"order_number,placed_at,total\n1,2026-01-01,10\n2,yesterday,20\n")

    result = await run(uploaded, "dry-run")

    errors = (await client.get(f"/v1/order-imports/{uploaded['id']}/errors")).text
    assert (result["created"], result["failed"], result["failed_rows"]) == (1, 1, 1)
    assert "not_a_date" in errors
    assert await tenant.count("orders") == 0
    assert await tenant.staged_types() == []


async def test_one_bad_row_refuses_its_whole_order_and_no_other(
    client: AsyncClient, tenant: Tenant, upload: Upload, run: Run
) -> None:
    content = """order_number,contact_external_id,placed_at,sku,quantity,unit_price,total
1,C1,2026-01-01,CUP,1,10,
1,C1,2026-01-01,BAG,one,20,
2,C1,2026-01-01,CUP,1,10,
3,C1,2026-01-01,CUP,1,10,
3,C2,2026-01-01,CUP,1,10,
4,C1,2026-01-01,CUP,1,10,11
2,C1,2026-01-01,BAG,1,10,
,C1,2026-01-01,CUP,1,10,
5,C1,,CUP,1,10,
6,C1,2026-01-01,CUP,1,,
7,C1,2026-01-01,CUP,1,10,10
"""
    uploaded = await upload("a.csv", content.encode())

    result = await run(uploaded)

    lines = (await client.get(f"/v1/order-imports/{uploaded['id']}/errors")).content.decode("utf-8-sig").splitlines()
    codes = [(line.split(",")[0], line.split(",")[8]) for line in lines[1:]]
    assert set(await orders(client)) == {"2", "7"}
    assert codes == [
        ("1", "order_failed"), ("1", "not_a_number"), ("3", "order_failed"), ("3", "conflicting_values"),
        ("4", "total_mismatch"), ("2", "order_in_two_places"), ("", "required"), ("5", "required"), ("6", "required"),
    ]  # fmt: skip
    assert (result["created"], result["failed"], result["failed_rows"]) == (2, 7, 9)

    fixed = "\n".join(lines).replace(",one,", ",1,").replace("3,C2", "3,C1").replace(",10,11,", ",10,10,")
    again = await run(await upload("fixed.csv", fixed.encode()))
    assert again["created"] == 3


async def test_a_run_goes_on_in_another_process_after_a_kill(
    service: ServiceUnderTest, client: AsyncClient, tenant: Tenant, upload: Upload, files_dir: Path
) -> None:
    rows = "".join(f"N{number},C{number % 7},2026-01-01,1.10\n" for number in range(3_500))
    uploaded = await upload("a.csv", b"order_number,contact_external_id,placed_at,total\n" + rows.encode())
    started = await client.post(f"/v1/order-imports/{uploaded['id']}/run", headers={"Idempotency-Key": "1"})

    for _ in range(6):  # each a new process, which has nothing open, and takes one step
        jobs = Jobs()
        run_operations(jobs, steps(files_dir))
        await run_once(jobs.jobs[0], service.database, service.system, now())

    operation = (await client.get(started.headers["location"])).json()
    assert operation["status"] == "succeeded"
    assert operation["progress"] == {"done": 3_500, "total": 3_500}
    assert await tenant.count("orders") == 3_500
    assert len(await tenant.staged_types()) == 3_500
    total = sum(Decimal("1.10") for _ in range(3_500))
    read = (await client.get(f"/v1/order-imports/{uploaded['id']}")).json()
    assert (read["status"], read["counts"]["created"], total) == ("completed", 3_500, Decimal("3850.00"))


async def test_columns_of_any_name_are_mapped_by_hand(client: AsyncClient, upload: Upload, run: Run) -> None:
    uploaded = await upload("a.csv", b"Ref;Who;When;How much\nX1;C1;01/02/2026;5,000.00\n")
    path = f"/v1/order-imports/{uploaded['id']}"
    refused = await client.post(f"{path}/run", headers={"Idempotency-Key": "1"})
    mapping = {"Ref": "number", "Who": "contact_ref", "When": "placed_at", "How much": "total_amount"}

    changed = await client.patch(path, json={"mapping": mapping, "currency": "THB", "contact_system": "erp"})
    await run(uploaded)

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_mapping")
    assert changed.json()["preview"][0]["order"]["placed_at"] == "2026-02-01T00:00:00Z"
    order = (await orders(client))["X1"]
    assert (order["total"]["amount"], order["contact_ref"]) == ("5000.00", {"system": "erp", "id": "C1"})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"order_number,placed_at,total\n", "empty_file"),
        (b'order_number,placed_at,total\n"1,2026-01-01,10\n', "broken_quoting"),
        (b"order_number,total,total\n1,2,3\n", "duplicate_header"),
        (b"order_number,placed_at,total\n1,2026-01-01,1\x000\n", "nul_byte"),
        (b"PK\x03\x04 not a spreadsheet", "broken_spreadsheet"),
        ("order_number,placed_at,total,ชื่อสินค้า\n".encode() * 40 + b"1,\xff\xfe,\n", "wrong_encoding"),
    ],
)
async def test_a_file_that_cannot_be_read_leaves_nothing_behind(
    client: AsyncClient, tenant: Tenant, files_dir: Path, content: bytes, code: str
) -> None:
    response = await client.post(
        "/v1/order-imports", files={"file": ("a.csv", content)}, headers={"Idempotency-Key": "1"}
    )

    assert (response.status_code, response.json()["code"]) == (422, code), response.text
    assert await tenant.count("order_imports") == 0
    assert not await asyncio.to_thread(lambda: [path for path in files_dir.rglob("*") if path.is_file()])


async def test_bad_requests_are_named(service: ServiceUnderTest, tenant: Tenant, client: AsyncClient) -> None:
    key = {"Idempotency-Key": "1"}
    file = {"file": ("a.csv", b"order_number,placed_at,total\n1,2026-01-01,1\n")}
    async with service.client(tenant, "interactions:read", "interactions:write") as writer:
        forbidden = await writer.post("/v1/order-imports", files=file, headers=key)

    answers = [
        await client.post("/v1/order-imports", files=file),
        await client.post("/v1/order-imports", json={}, headers=key),
        await client.post("/v1/order-imports", data={"x": "y"}, files=file, headers=key),
        await client.post("/v1/order-imports", files=file, data={"time_zone": "Siam"}, headers=key),
        await client.post("/v1/order-imports", files=file, data={"currency": "baht"}, headers=key),
        await client.post(f"/v1/order-imports/{new_id()}/run", headers=key),
        await client.get(f"/v1/order-imports/{new_id()}/errors"),
    ]

    assert forbidden.status_code == 403
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (400, "idempotency_key_required"), (415, "unsupported_media_type"), (422, "validation_failed"),
        (422, "validation_failed"), (422, "validation_failed"), (404, "order_import_not_found"),
        (404, "order_import_not_found"),
    ]  # fmt: skip
    assert await tenant.count("order_imports") == 0


async def test_a_running_import_can_be_cancelled_and_run_again(
    client: AsyncClient, upload: Upload, run: Run, work: Work
) -> None:
    rows = "".join(f"N{number},2026-01-01,1\n" for number in range(2_500))
    uploaded = await upload("a.csv", b"order_number,placed_at,total\n" + rows.encode())
    path = f"/v1/order-imports/{uploaded['id']}"
    started = await client.post(f"{path}/run", headers={"Idempotency-Key": "1"})
    await work()
    busy = await client.post(f"{path}/run", headers={"Idempotency-Key": "2"})

    cancelled = await client.post(f"{started.headers['location']}/cancel")
    await work()
    status = (await client.get(path)).json()["status"]
    result = await run(uploaded)

    assert (busy.status_code, busy.json()["code"]) == (409, "import_running")
    assert (cancelled.json()["status"], status) == ("cancelled", "cancelled")
    assert (result["created"], result["unchanged"]) == (1_500, 1_000)


async def test_another_tenant_sees_no_import(service: ServiceUnderTest, upload: Upload) -> None:
    uploaded = await upload("a.csv", b"order_number,placed_at,total\n1,2026-01-01,1\n")
    path = f"/v1/order-imports/{uploaded['id']}"

    async with service.client(service.tenant()) as other:
        answers = [
            await other.get(path),
            await other.patch(path, json={"source": "x"}),
            await other.post(f"{path}/dry-run"),
            await other.get(f"{path}/errors"),
        ]
        listed = (await other.get("/v1/order-imports")).json()["data"]

    assert {answer.status_code for answer in answers} == {404}
    assert listed == []
