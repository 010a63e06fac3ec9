"""Traits over HTTP."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    Tag,
    model_validator,
)

from contacts_service.contacts.values import clean_text
from contacts_service.traits.models import Origin, TraitKind
from shared.db.record import now
from shared.web import Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.lists import ListParams
from shared.web.types import ABSENT, ON_REQUEST, ListTotal

SKEW = timedelta(minutes=5)
"""By which another system's clock may be ahead of ours."""


def _not_in_future(moment: Instant) -> Instant:
    if moment > now() + SKEW:
        raise ValueError("lies in the future; an observation has been made")
    return moment


Name = Annotated[ShortText, AfterValidator(clean_text)]
Source = Annotated[ShortText, Field(max_length=100), AfterValidator(clean_text)]


def _kind(given: object) -> str | None:
    return next((kind for kind, types in KINDS.items() if isinstance(given, types)), None)


KINDS: Mapping[str, type | tuple[type, ...]] = {"text": str, "flag": bool, "number": (int, float)}
"""To Python, true is an int, too."""
Value = Annotated[
    Annotated[StrictStr, Field(max_length=500), AfterValidator(clean_text), Tag("text")]
    | Annotated[StrictBool, Tag("flag")]
    | Annotated[
        Annotated[StrictInt, Field(ge=-(2**53), le=2**53)] | Annotated[StrictFloat, Field(allow_inf_nan=False)],
        Tag("number"),
    ],
    Discriminator(_kind, custom_error_type="value_type", custom_error_message="Write a text, a number, true or false."),
]
Confidence = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)]
ObservedAt = Annotated[Instant, AfterValidator(_not_in_future)]


class TraitUpdate(WriteModel):
    """A correction, as a merge patch. What stood there before stays in the history.

    Who observed what and when does not change: that is another observation.
    """

    model_config = examples({"confidence": 0.9}, {"value": "oat milk", "expires_at": "2027-01-01T00:00:00Z"})

    value: Value | None = None
    confidence: Confidence = ABSENT
    expires_at: Instant | None = None


class TraitCreate(WriteModel):
    """`source` says where it is from. Without `observed_at` it was observed now; it counts until `expires_at`."""

    model_config = examples(
        {"kind": "interest", "name": "กาแฟดริป", "value": "คั่วอ่อน", "source": "call", "confidence": 0.9},
        {"kind": "need", "name": "Delivery in the evening", "source": "survey"},
    )

    kind: TraitKind
    name: Name
    value: Value | None = None
    origin: Origin = Origin.DECLARED
    source: Source
    confidence: Confidence = 1.0
    observed_at: ObservedAt = Field(default_factory=now)
    expires_at: Instant | None = None

    @model_validator(mode="after")
    def _lasts(self) -> "TraitCreate":
        if self.expires_at is not None and self.expires_at <= self.observed_at:
            raise ValueError("expires before it was observed; give a later expires_at")
        return self


class TraitRow(TraitCreate):
    """An observation of one of many contacts; derived unless it says otherwise."""

    contact_id: UUID
    origin: Origin = Origin.DERIVED


class TraitRows(WriteModel):
    """`rows` of TraitRow; they are checked one by one, so that a bad one fails alone."""

    model_config = examples(
        {
            "rows": [
                {
                    "contact_id": "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a",
                    "kind": "habit",
                    "name": "ซื้อทุกสิ้นเดือน",
                    "value": True,
                    "source": "orders-model",
                    "confidence": 0.82,
                    "observed_at": "2026-01-31T17:00:00Z",
                }
            ]
        }
    )

    rows: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=1000)]


class TraitRead(ReadModel):
    """`is_current`: it counts now.

    Of one kind and name that is one: a declared one before a derived one, then the newest, then the most certain, if it
    was not withdrawn, superseded or expired.
    """

    model_config = examples(
        {"contact_name": "มาลี สวัสดี", "kind": "interest", "name": "กาแฟดริป", "value": "คั่วอ่อน", "source": "call"},
        {
            "contact_name": "Ada Lovelace",
            "kind": "need",
            "name": "Delivery in the evening",
            "value": None,
            "source": "survey",
            "confidence": 1.0,
        },
    )

    id: UUID
    type: Literal["trait"]
    version: int
    created_at: Instant
    updated_at: Instant
    contact_id: UUID
    contact_name: str
    kind: TraitKind
    name: str
    value: str | bool | int | float | None
    origin: Origin
    source: str
    confidence: float
    observed_at: Instant
    expires_at: Instant | None
    is_current: bool
    withdrawn_at: Instant | None
    superseded_at: Instant | None
    earlier_of: UUID | None


class TraitList(ReadModel):
    data: list[TraitRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class TraitParams(ListParams):
    name: Annotated[
        str | None, Field(max_length=200, description="However it is written: without case, tone marks or accents.")
    ] = None
    history: Annotated[
        bool, Field(description="Also what was withdrawn, superseded, has expired or counts less than another one.")
    ] = False
