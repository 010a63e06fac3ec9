"""The timeline over HTTP."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from interaction_service.interactions.models import InteractionKind
from shared.query.listing import DEFAULT_LIMIT
from shared.web import Instant, Money, ReadModel, examples
from shared.web.lists import CursorText, Limit

ENTRY_TYPES = ("interaction", "order", *InteractionKind)


def _known_types(text: str) -> str:
    unknown = [each for each in text.split(",") if each not in ENTRY_TYPES]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not a type of entry; known: {', '.join(ENTRY_TYPES)}")
    return text


class TimelineParams(BaseModel):
    """`types`: interaction, order, or kinds of interaction, separated by commas."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    types: Annotated[str, Field(max_length=200), AfterValidator(_known_types)] | None = None
    limit: Limit = DEFAULT_LIMIT
    cursor: CursorText = None


class TimelineEntry(ReadModel):
    """One interaction or order. What only the other type has is null."""

    model_config = examples(
        {
            "type": "interaction",
            "occurred_at": "2026-11-22T09:30:00.000Z",
            "kind": "call",
            "direction": "inbound",
            "subject": "สอบถามสินค้า",
            "outcome": "นัดส่งใบเสนอราคา",
            "duration_s": 240,
            "follow_up_at": "2026-11-29T03:00:00.000Z",
        },
        {
            "type": "order",
            "occurred_at": "2026-11-10T09:00:00.000Z",
            "source": "shopify",
            "number": "1042",
            "status": "paid",
            "currency": "GBP",
            "total": {"amount": "7.50", "currency": "GBP"},
            "returned": {"amount": "0.00", "currency": "GBP"},
            "quantity": "1",
        },
    )

    id: UUID
    type: Literal["interaction", "order"]
    version: int
    occurred_at: Instant
    kind: InteractionKind | None
    direction: str | None
    subject: str | None
    outcome: str | None
    resolution: str | None
    duration_s: int | None
    responsible_id: UUID | None
    follow_up_at: Instant | None
    follow_up_done_at: Instant | None
    source: str | None
    number: str | None
    status: str | None
    currency: str | None
    total: Money | None
    returned: Money | None
    quantity: Decimal | None


class Timeline(ReadModel):
    data: list[TimelineEntry]
    next_cursor: str | None


class LastContact(ReadModel):
    """When the contact was last spoken to, about what, how it was solved, by whom. All null: never."""

    model_config = examples(
        {"contacted_at": "2026-11-22T09:30:00.000Z", "kind": "call", "direction": "inbound", "subject": "สอบถามสินค้า"},
        {"contacted_at": "2026-11-22T09:30:00.000Z", "kind": "email", "direction": "outbound", "subject": "Warranty"},
    )

    contacted_at: Instant | None
    kind: InteractionKind | None
    direction: str | None
    subject: str | None
    outcome: str | None
    resolution: str | None
    responsible_id: UUID | None
    interaction_id: UUID | None
