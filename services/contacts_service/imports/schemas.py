"""Imports over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import UploadFile
from pydantic import AfterValidator, Field, StringConstraints

from contacts_service.contacts.models import CustomerClass
from contacts_service.contacts.schemas import Tags
from contacts_service.contacts.values import clean_text
from contacts_service.imports.layouts import Layout
from contacts_service.imports.models import MatchKey, MatchPolicy, Status
from shared.web import Instant, ReadModel, WriteModel
from shared.web.uploads import TableForm


class UploadForm(TableForm):
    """`encoding` and `delimiter` overrule what is detected."""

    file: Annotated[UploadFile, Field(description="CSV, TSV or XLSX with a header row, at most 100,000,000 bytes.")]


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

    mapping: Annotated[dict[str, Annotated[str, Field(max_length=100)] | None], Field(max_length=1_000)] = {}
    match_by: Annotated[list[MatchKey], Field(min_length=1, max_length=3), AfterValidator(_distinct)] = []
    match_policy: MatchPolicy = MatchPolicy.UPDATE
    defaults: ImportDefaults = ImportDefaults()
    owners: Annotated[dict[str, UUID], Field(max_length=500)] = {}
    day_first: bool = True
    default_region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "TH"


class ImportColumn(ReadModel):
    """`target` is the field that the column fills; null if it is left out."""

    index: int
    heading: str
    target: str | None
    samples: list[str]


class RowErrorRead(ReadModel):
    row: int
    code: str
    detail: str
    column: str | None
    value: str | None


class PreviewRow(ReadModel):
    """`contact` is what the row would become; null if it has errors."""

    row: int
    contact: dict[str, Any] | None
    errors: list[RowErrorRead]


class ImportCounts(ReadModel):
    """`rows` is null while it is not known; the others grow while the import runs and add up to it in the end."""

    rows: int | None
    created: int
    updated: int
    unchanged: int
    skipped: int
    failed: int


class DefaultsRead(ReadModel):
    owner_id: UUID | None
    customer_class: CustomerClass | None
    lifecycle_stage: str | None
    tags: list[str]


class ImportSummary(ReadModel):
    id: UUID
    type: Literal["import"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    status: Status
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
