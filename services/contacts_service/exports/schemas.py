"""Exports over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from contacts_service.exports.formats import Format
from contacts_service.exports.models import ExportStatus
from shared.web import Instant, ReadModel, WriteModel, examples
from shared.web.list_params import Words
from shared.web.search_trees import Condition, bounded
from shared.web.types import ON_REQUEST, Flag, ListTotal


class ExportCreate(WriteModel):
    """Of all contacts, or of those that `filter` (as in `POST /v1/contacts/search`) and `q` find."""

    model_config = examples(
        {"format": "csv", "language": "th", "filter": {"field": "tags", "op": "contains", "value": "ลูกค้าประจำ"}},
        {"format": "google_csv", "compressed": True},
    )

    format: Format = Format.CSV
    compressed: Annotated[Flag, Field(description="With gzip.")] = False
    language: Annotated[Literal["th", "en"], Field(description="Of the headings of `csv`.")] = "en"
    filter: Annotated[Condition | None, BeforeValidator(bounded)] = None
    q: Words = None


PART = {"number": 1, "rows": 48210, "size_bytes": 9_811_204, "sha256": "9f86d081" * 8}


class PartRead(ReadModel):
    """`sha256` is of the file as it is downloaded, hexadecimal."""

    model_config = examples(PART)

    number: int
    rows: int
    size_bytes: int
    sha256: str


class ExportRead(ReadModel):
    """`sync_cursor` marks the export's snapshot: whatever changed afterwards comes after it."""

    model_config = examples(
        {
            "id": "019a3c1e-7a00-7000-8000-0000000000e1",
            "type": "export",
            "version": 3,
            "created_at": "2026-11-26T02:15:00.000Z",
            "updated_at": "2026-11-26T02:15:09.000Z",
            "owner_id": "019a3c1e-7a00-7000-8000-000000000001",
            "format": "csv",
            "compressed": False,
            "language": "th",
            "question": {},
            "status": "succeeded",
            "rows": 48210,
            "parts": [PART],
            "sync_cursor": "91823",
            "operation_id": "019a3c1e-7a00-7000-8000-00000000000f",
            "expires_at": "2026-12-03T02:15:09.000Z",
        }
    )

    id: UUID
    type: Literal["export"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    format: Format
    compressed: bool
    language: str
    question: dict[str, Any]
    status: ExportStatus
    rows: int | None
    parts: list[PartRead]
    sync_cursor: str | None
    operation_id: UUID | None
    expires_at: Instant | None


class ExportList(ReadModel):
    data: list[ExportRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
