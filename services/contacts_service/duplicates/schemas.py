"""Duplicates over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contacts_service.contacts.examples import ADA, MALEE
from contacts_service.contacts.schemas import BirthdayRead, ContactCreate
from contacts_service.duplicates.models import DuplicateStatus
from shared.web import Instant, ReadModel, WriteModel, examples
from shared.web.lists import ListParams
from shared.web.types import ON_REQUEST, ListTotal

Score = Annotated[float, Field(ge=0, le=1, description="The probability that both are one person.")]
THAI_REASONS = [
    {"field": "given_name", "agreement": "alike", "left": "มาลี", "right": "Malee", "weight": 4.91},
    {"field": "phone", "agreement": "same", "left": "+66812345678", "right": "+66812345678", "weight": 11.67},
]
REASONS = [
    {"field": "email", "agreement": "same", "left": "ada@example.com", "right": "ada@example.com", "weight": 12.7}
]


class DuplicateParams(ListParams):
    """`contact_id` finds pairs of this contact."""

    min_score: Annotated[float, Field(ge=0, le=1, description="Pairs at least this probable.")] | None = None
    contact_id: Annotated[UUID, Field(description="Pairs of this contact.")] | None = None


class DuplicateCheck(ContactCreate):
    """The contact as it would be created."""

    model_config = examples(MALEE, ADA)


class DuplicateCreate(WriteModel):
    """Two contacts that somebody holds for one person."""

    model_config = examples(
        {"contact_ids": ["019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a", "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6b"]}
    )

    contact_ids: Annotated[list[UUID], Field(min_length=2, max_length=2)]


class ReasonRead(ReadModel):
    """What speaks for (`weight` > 0, in bits) or against it. The weights add up to the log odds of the score.

    `prior`: how rare duplicates are; `household`: taken back for what people who live together share.
    """

    model_config = examples(*THAI_REASONS)

    field: str
    agreement: Literal["missing", "same", "alike", "near", "swapped", "different"]
    left: str
    right: str
    weight: float


class ContactBrief(ReadModel):
    id: UUID
    full_name: str
    email: str | None
    phone: str | None


class SuggestionRead(ReadModel):
    """`duplicate_id` is the stored pair, which can be dismissed; null for a moment after one of them was written."""

    model_config = examples({"score": 0.97, "reasons": THAI_REASONS}, {"score": 0.93, "reasons": REASONS})

    contact: ContactBrief
    score: Score
    reasons: list[ReasonRead]
    duplicate_id: UUID | None


class Suggestions(ReadModel):
    data: list[SuggestionRead]


class PairedContact(ReadModel):
    id: UUID
    type: Literal["contact"]
    version: int
    full_name: str
    email: str | None
    phone: str | None
    birthday: BirthdayRead | None
    created_at: Instant


class DuplicateRead(ReadModel):
    model_config = examples(
        {"score": 0.97, "reasons": THAI_REASONS, "status": "open"},
        {"score": 0.93, "reasons": REASONS, "status": "dismissed"},
    )

    id: UUID
    type: Literal["duplicate"]
    version: int
    created_at: Instant
    updated_at: Instant
    left_id: UUID
    right_id: UUID
    score: Score
    reasons: list[ReasonRead]
    status: DuplicateStatus
    decided_at: Instant | None
    decided_by: UUID | None
    left: PairedContact | None = ON_REQUEST
    right: PairedContact | None = ON_REQUEST


class DuplicateList(ReadModel):
    data: list[DuplicateRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
