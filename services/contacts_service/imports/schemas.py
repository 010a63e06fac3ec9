"""Imports over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import UploadFile
from pydantic import AfterValidator, Field, StringConstraints

from contacts_service.contacts.models import CustomerClass
from contacts_service.contacts.parts import Tags
from contacts_service.contacts.values import clean_text
from contacts_service.imports.layouts import Layout
from contacts_service.imports.models import ImportStatus, MatchKey, MatchPolicy
from shared.web import Instant, ReadModel, WriteModel, examples
from shared.web.types import Flag
from shared.web.uploads import TableForm

FILE = "ชื่อ,อีเมล,โทรศัพท์\nมาลี สวัสดี,malee@example.com,081-234-5678\n"


class UploadForm(TableForm):
    """`encoding` and `delimiter` overrule what is detected."""

    file: Annotated[
        UploadFile, Field(description="CSV, TSV or XLSX with a header row, at most 100,000,000 bytes.", examples=[FILE])
    ]


def _distinct(keys: list[MatchKey]) -> list[MatchKey]:
    if len(set(keys)) < len(keys):
        raise ValueError("names the same key twice; send it once")
    return keys


class ImportDefaults(WriteModel):
    """`tags` are added to every contact of the file; the others are for new contacts whose row says nothing."""

    owner_id: UUID | None = None
    customer_class: CustomerClass | None = None
    lifecycle_stage: Annotated[str, Field(max_length=50), AfterValidator(clean_text)] | None = None
    tags: Tags = []


class ImportUpdate(WriteModel):
    """A merge patch. `mapping` is column heading → field, null for a column to be left out.

    `match_by` are the keys that a row's person is looked for by, the best first. A phone number shared by people of
    different names matches none of them, unless phone is the only key. A row without any of these keys is looked for
    by its name and whatever else it tells. `owners` tells whom an owner's e-mail or name in the file means.
    """

    model_config = examples(
        {
            "mapping": {"ชื่อ": "full_name", "อีเมล": "email", "หมายเหตุ": None},
            "match_by": ["email", "phone"],
            "defaults": {"tags": ["งานแสดงสินค้า 2569"]},
        },
        {"mapping": {"Name": "full_name", "E-mail": "email"}, "match_by": ["email"], "match_policy": "skip"},
    )

    mapping: Annotated[dict[str, Annotated[str, Field(max_length=100)] | None], Field(max_length=1_000)] = {}
    match_by: Annotated[list[MatchKey], Field(min_length=1, max_length=3), AfterValidator(_distinct)] = []
    match_policy: MatchPolicy = MatchPolicy.UPDATE
    defaults: ImportDefaults = ImportDefaults()
    owners: Annotated[dict[str, UUID], Field(max_length=500)] = {}
    day_first: Flag = True
    default_region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "TH"


class ImportColumn(ReadModel):
    """`target` is the field that the column fills; null if it is left out."""

    model_config = examples(
        {"index": 0, "heading": "ชื่อ", "target": "full_name", "samples": ["มาลี สวัสดี"]},
        {"index": 1, "heading": "E-mail", "target": "email", "samples": ["ada@example.com"]},
    )

    index: int
    heading: str
    target: str | None
    samples: list[str]


class RowErrorRead(ReadModel):
    model_config = examples(
        {"row": 3, "code": "invalid_email", "detail": "is not an e-mail address", "column": "อีเมล", "value": "malee@"}
    )

    row: int
    code: str
    detail: str
    column: str | None
    value: str | None


class PreviewRow(ReadModel):
    """`contact` is what the row would become; null if it has errors."""

    model_config = examples(
        {"row": 2, "contact": {"full_name": "มาลี สวัสดี", "email": "malee@example.com"}, "errors": []},
        {"row": 3, "contact": {"full_name": "Ada Lovelace", "email": "ada@example.com"}, "errors": []},
    )

    row: int
    contact: dict[str, Any] | None
    errors: list[RowErrorRead]


class ImportCounts(ReadModel):
    """`rows` is null while it is not known; the others grow while the import runs and add up to it in the end."""

    model_config = examples({"rows": 120, "created": 100, "updated": 15, "unchanged": 3, "skipped": 0, "failed": 2})

    rows: int | None
    created: int
    updated: int
    unchanged: int
    skipped: int
    failed: int


class DefaultsRead(ReadModel):
    model_config = examples({"lifecycle_stage": "lead", "tags": ["งานแสดงสินค้า 2569"]}, {"tags": ["fair 2026"]})

    owner_id: UUID | None
    customer_class: CustomerClass | None
    lifecycle_stage: str | None
    tags: list[str]


class ImportSummary(ReadModel):
    model_config = examples(
        {
            "status": "completed",
            "completed_at": "2026-11-22T09:31:00.000Z",
            "file_name": "contacts.csv",
            "size_bytes": 18_204,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "layout": "generic",
            "match_by": ["email", "phone"],
        }
    )

    id: UUID
    type: Literal["import"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    status: ImportStatus
    file_name: str
    size_bytes: int
    sha256: str
    layout: Layout
    match_by: list[MatchKey]
    match_policy: MatchPolicy
    counts: ImportCounts
    operation_id: UUID | None
    dry_run_operation_id: UUID | None
    completed_at: Instant | None
    file_expires_at: Instant
    file_deleted_at: Instant | None


class ImportRead(ImportSummary):
    """`confidence` from 0 to 1 is the share of the columns that was understood."""

    model_config = examples(
        {
            "status": "uploaded",
            "file_name": "contacts.csv",
            "size_bytes": 18_204,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "layout": "generic",
            "match_by": ["email", "phone"],
            "format": "csv",
            "encoding": "utf-8",
            "delimiter": ",",
            "confidence": 1,
            "unmapped": [],
            "owners": {},
            "day_first": True,
            "default_region": "TH",
        }
    )

    format: Literal["csv", "xlsx"]
    encoding: str | None
    delimiter: str | None
    confidence: float
    columns: list[ImportColumn]
    unmapped: list[str]
    preview: list[PreviewRow]
    defaults: DefaultsRead
    owners: dict[str, UUID]
    day_first: bool
    default_region: str


class ImportList(ReadModel):
    data: list[ImportSummary]
    next_cursor: str | None
