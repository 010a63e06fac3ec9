"""Interactions over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from interaction_service.interactions.models import Direction, InteractionKind
from interaction_service.known_contacts.schemas import KnownContactRead
from shared.web import ClientId, Instant, ReadModel, Text, WriteModel, examples
from shared.web.types import ABSENT, JSON_INTEGER, ON_REQUEST, ExternalIdRead, ExternalIds, ListTotal, Tags


def _or_null(text: str) -> str | None:
    """Empty text is the same as null."""
    return text or None


Subject = Annotated[Text, Field(max_length=300), AfterValidator(_or_null)]
Body = Annotated[Text, AfterValidator(_or_null)]
Outcome = Annotated[Text, Field(max_length=200), AfterValidator(_or_null)]
Resolution = Annotated[Text, Field(max_length=2_000), AfterValidator(_or_null)]
DAY_S = 24 * 3600


class InteractionUpdate(WriteModel):
    """A merge patch: what is absent stays, null clears, lists are replaced."""

    model_config = examples(
        {"outcome": "นัดส่งใบเสนอราคา", "follow_up_at": "2026-11-29T03:00:00Z"},
        {"resolution": "Sent a replacement.", "follow_up_done_at": "2026-11-22T09:30:00Z"},
    )

    kind: InteractionKind = ABSENT
    direction: Direction = ABSENT
    contact_id: UUID = ABSENT
    company_id: UUID | None = None
    subject: Subject | None = None
    body: Body | None = None
    outcome: Outcome | None = None
    resolution: Resolution | None = None
    duration_s: Annotated[int, Field(ge=0, le=30 * DAY_S), JSON_INTEGER] | None = None
    responsible_id: UUID | None = None
    owner_id: UUID | None = None
    occurred_at: Instant = ABSENT
    follow_up_at: Instant | None = None
    follow_up_done_at: Instant | None = None
    external_ids: ExternalIds = []
    tags: Tags = []

    def given(self) -> dict[str, Any]:
        """As the model's columns hold it."""
        return self.model_dump(include=self.model_fields_set)


class InteractionCreate(InteractionUpdate):
    """`occurred_at` is now where it is not given, `responsible_id` the caller. Clients may choose the `id` (UUIDv7)."""

    model_config = examples(
        {
            "kind": "call",
            "direction": "inbound",
            "contact_id": "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a",
            "subject": "สอบถามสินค้า",
            "body": "ลูกค้าถามเรื่องการรับประกัน",
            "outcome": "นัดส่งใบเสนอราคา",
            "duration_s": 240,
            "occurred_at": "2026-11-22T09:30:00Z",
            "follow_up_at": "2026-11-29T03:00:00Z",
            "tags": ["ก่อนขาย"],
        },
        {
            "kind": "email",
            "direction": "outbound",
            "contact_id": "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a",
            "subject": "Warranty",
            "body": "The customer asked about the warranty.",
            "resolution": "Sent a replacement.",
            "occurred_at": "2026-11-22T09:30:00Z",
            "external_ids": [{"system": "zendesk", "id": "4821"}],
            "tags": ["after sales"],
        },
    )

    kind: InteractionKind
    direction: Direction
    contact_id: UUID
    id: ClientId | None = None


class InteractionRead(ReadModel):
    id: UUID
    type: Literal["interaction"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    external_ids: list[ExternalIdRead]
    kind: InteractionKind
    direction: Direction
    contact_id: UUID
    company_id: UUID | None
    subject: str | None
    body: str | None
    outcome: str | None
    resolution: str | None
    duration_s: int | None
    responsible_id: UUID | None
    occurred_at: Instant
    follow_up_at: Instant | None
    follow_up_done_at: Instant | None
    open: bool
    tags: list[str]
    contact: KnownContactRead | None = ON_REQUEST


class InteractionList(ReadModel):
    data: list[InteractionRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
