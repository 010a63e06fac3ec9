"""Order imports over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import UploadFile
from pydantic import Field, StringConstraints

from interaction_service.order_imports.models import OrderImportLayout, OrderImportStatus, OrderMatchPolicy
from shared.web import Instant, ReadModel, WriteModel, examples
from shared.web.types import ABSENT, Flag, SystemName, TimeZone
from shared.web.uploads import TableForm

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


FILE = "number,placed_at,customer,total\nIV-001,2026-11-22,malee@example.com,240.00\n"


class OrderUploadForm(TableForm):
    """What is not given is detected, or is usual for the layout; times are UTC. `encoding`, `delimiter`: for CSV."""

    file: Annotated[
        UploadFile, Field(description="CSV, TSV, XLSX or CDNOW text, at most 100,000,000 bytes.", examples=[FILE])
    ]
    source: SystemName | None = None
    contact_system: SystemName | None = None
    currency: Currency | None = None
    time_zone: TimeZone | None = None
    match_policy: OrderMatchPolicy | None = None

    def options(self) -> dict[str, Any]:
        names = ("source", "contact_system", "currency", "time_zone", "match_policy")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class OrderImportUpdate(WriteModel):
    """A merge patch. `mapping` is column heading → field of an order, null for a column to be left out.

    Orders are recognised by `source` and their number; customers by their id in `contact_system`.
    """

    model_config = examples(
        {"mapping": {"เลขที่": "number", "วันที่": "placed_at", "หมายเหตุ": None}, "source": "pos", "currency": "THB"},
        {"contact_system": "email", "time_zone": "Europe/London", "match_policy": "skip"},
    )

    mapping: Annotated[dict[str, Annotated[str, Field(max_length=100)] | None], Field(max_length=1_000)] = ABSENT
    source: SystemName = ABSENT
    contact_system: SystemName = ABSENT
    currency: Currency = ABSENT
    time_zone: TimeZone = ABSENT
    day_first: Flag = ABSENT
    match_policy: OrderMatchPolicy = ABSENT


class OrderImportColumn(ReadModel):
    """`target` is what of an order the column fills; null if it is left out."""

    model_config = examples(
        {"index": 0, "heading": "เลขที่", "target": "number", "samples": ["IV-2569-00123"]},
        {"index": 1, "heading": "total", "target": "total", "samples": ["240.00"]},
    )

    index: int
    heading: str
    target: str | None
    samples: list[str]


class OrderRowError(ReadModel):
    model_config = examples(
        {"row": 3, "code": "invalid_amount", "detail": "is not an amount", "column": "total", "value": "12,x"}
    )

    row: int
    code: str
    detail: str
    column: str | None
    value: str | None


class OrderPreview(ReadModel):
    """`order` is what the rows would become; null if they have errors."""

    model_config = examples({"first_row": 2, "last_row": 3, "order": {"number": "IV-2569-00123"}, "errors": []})

    first_row: int
    last_row: int
    order: dict[str, Any] | None
    errors: list[OrderRowError]


class OrderImportCounts(ReadModel):
    """Orders, but `rows` and `failed_rows`; `rows` is null while it is not known."""

    model_config = examples(
        {"rows": 120, "failed_rows": 2, "created": 60, "updated": 4, "unchanged": 3, "skipped": 0, "failed": 1}
    )

    rows: int | None
    failed_rows: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    failed: int


class OrderImportSummary(ReadModel):
    model_config = examples(
        {
            "status": "uploaded",
            "file_name": "orders.csv",
            "size_bytes": 18_204,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "layout": "samphan",
            "source": "pos",
            "contact_system": "email",
            "currency": "THB",
            "time_zone": "Asia/Bangkok",
            "day_first": True,
        }
    )

    id: UUID
    type: Literal["order_import"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    status: OrderImportStatus
    file_name: str
    size_bytes: int
    sha256: str
    layout: OrderImportLayout
    source: str
    contact_system: str
    currency: str
    time_zone: str
    day_first: bool
    match_policy: OrderMatchPolicy
    counts: OrderImportCounts
    operation_id: UUID | None
    dry_run_operation_id: UUID | None
    completed_at: Instant | None
    file_expires_at: Instant
    file_deleted_at: Instant | None


class OrderImportRead(OrderImportSummary):
    columns: list[OrderImportColumn]
    preview: list[OrderPreview]


class OrderImportList(ReadModel):
    data: list[OrderImportSummary]
    next_cursor: str | None
