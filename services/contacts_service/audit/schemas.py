"""The audit log over HTTP."""

from datetime import date
from uuid import UUID

from shared.web import Instant, ReadModel, examples
from shared.web.types import ON_REQUEST, ListTotal

ENTRY = {
    "id": 40713,
    "event_id": "019a3c1e-7a00-7000-8000-00000000000e",
    "event_type": "contacts.contact.updated.v1",
    "subject": "019a3c1e-7a00-7000-8000-00000000000a",
    "version": 3,
    "occurred_at": "2026-11-26T02:15:00.000Z",
    "actor_id": "019a3c1e-7a00-7000-8000-000000000001",
    "request_id": "01926c1d",
    "changed_fields": ["lifecycle_stage"],
    "day": "2026-11-26",
}


class AuditEntryRead(ReadModel):
    """`id` counts a tenant's entries from 1, without a gap. `day` is the one (UTC) on which it was written down."""

    model_config = examples(ENTRY)

    id: int
    event_id: UUID
    event_type: str
    subject: str
    version: int | None
    occurred_at: Instant
    actor_id: UUID | None
    request_id: str | None
    changed_fields: list[str]
    day: date


class AuditLog(ReadModel):
    model_config = examples({"data": [ENTRY], "next_cursor": None})

    data: list[AuditEntryRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class Verification(ReadModel):
    """`hash` (SHA-256, hexadecimal) is that of the day's last entry: compare it with the one that you kept."""

    model_config = examples(
        {"day": "2026-11-26", "valid": True, "entries": 713, "hash": "9f86d081" * 8, "first_broken": None}
    )

    day: date
    valid: bool
    entries: int
    hash: str
    first_broken: int | None
