"""Order imports over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import available_timezones

from fastapi import UploadFile
from pydantic import AfterValidator, Field, StringConstraints

from interaction_service.order_imports.models import OrderImportLayout, OrderImportStatus, OrderMatchPolicy
from shared.web import Instant, ReadModel, WriteModel
from shared.web.types import ABSENT, SystemName
from shared.web.uploads import TableForm


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("write the name of a time zone such as Asia/Bangkok")
    return name


TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_known_zone)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class OrderUploadForm(TableForm):
    """What is not given is detected, or is usual for the layout; times are UTC. `encoding`, `delimiter`: for CSV."""

    file: Annotated[UploadFile, Field(description="CSV, TSV, XLSX or CDNOW text, at most 100,000,000 bytes.")]
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

    mapping: Annotated[dict[str, Annotated[str, Field(max_length=100)] | None], Field(max_length=1_000)] = ABSENT
    source: SystemName = ABSENT
    contact_system: SystemName = ABSENT
    currency: Currency = ABSENT
    time_zone: TimeZone = ABSENT
    day_first: bool = ABSENT
    match_policy: OrderMatchPolicy = ABSENT


class OrderImportColumn(ReadModel):
    """`target` is what of an order the column fills; null if it is left out."""

    index: int
    heading: str
    target: str | None
    samples: list[str]


class OrderRowError(ReadModel):
    row: int
    code: str
    detail: str
    column: str | None
    value: str | None


class OrderPreview(ReadModel):
    """`order` is what the rows would become; null if they have errors."""

    first_row: int
    last_row: int
    order: dict[str, Any] | None
    errors: list[OrderRowError]


class OrderImportCounts(ReadModel):
    """Orders, but `rows` and `failed_rows`; `rows` is null while it is not known."""

    rows: int | None
    failed_rows: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    failed: int


class OrderImportSummary(ReadModel):
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
