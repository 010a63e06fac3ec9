"""Requests about persons over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from contacts_service.privacy.models import AnswerStatus, Requester, RequestKind, RequestStatus
from shared.web import Instant, ReadModel, Text, WriteModel, examples
from shared.web.types import ON_REQUEST, ListTotal

ID = "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a"
REQUEST = "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6b"


class PrivacyRequestCreate(WriteModel):
    """`start_at` leaves time to cancel; without it the request starts at once. `due_at` is 30 days from now by default.

    `reason` is for your own file; an erasure takes it away, too.
    """

    model_config = examples(
        {"kind": "erasure", "contact_id": ID, "reason": "ลูกค้าขอให้ลบข้อมูล", "requester": "data_subject"},
        {"kind": "export", "contact_id": ID, "reason": "Asked for a copy by phone"},
    )

    kind: RequestKind
    contact_id: UUID
    reason: Annotated[Text, Field(max_length=2000)] | None = None
    requester: Requester = Requester.DATA_SUBJECT
    due_at: Instant | None = None
    start_at: Instant | None = None


class ServiceProgress(ReadModel):
    """`log` is the event log; `expiring` says that its last copies go with their age, within 14 days."""

    model_config = examples({"service": "interactions", "status": "completed", "counts": {"interactions": 7}})

    service: str
    status: AnswerStatus
    counts: dict[str, int]
    answered_at: Instant | None


class PrivacyRequestRead(ReadModel):
    id: UUID
    type: Literal["privacy_request"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    kind: RequestKind
    contact_id: UUID
    reason: str | None
    requester: Requester
    status: RequestStatus
    due_at: Instant
    start_at: Instant
    started_at: Instant | None
    completed_at: Instant | None
    services: list[ServiceProgress]


class PrivacyRequestList(ReadModel):
    data: list[PrivacyRequestRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class Receipt(ReadModel):
    """`signature` is a compact JWS over `statement`, made with the key whose public half is `public_key` (a JWK)."""

    model_config = examples(
        {
            "statement": {"request_id": REQUEST, "contact_id": ID, "kind": "erasure"},
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "signature": "eyJhbGciOiJFZDI1NTE5In0.e30.c2lnbmF0dXJl",
            "public_key": {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        }
    )

    statement: dict[str, Any]
    sha256: str
    signature: str
    public_key: dict[str, str]
