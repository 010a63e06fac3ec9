"""Quality over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from contacts_service.quality.kinds import INSTEAD, Kind
from contacts_service.quality.models import QualityClass
from shared.web import ReadModel, WriteModel, examples
from shared.web.types import JSON_INTEGER, ON_REQUEST, ListTotal

Weight = Annotated[int, Field(ge=0, le=1000), JSON_INTEGER]
Percent = Annotated[int, Field(ge=0, le=100), JSON_INTEGER]


class QualityRulesWrite(WriteModel):
    """Weights of kinds that are not named stay as by default; 0 is not looked for. Contacts age at half the days."""

    model_config = examples(
        {"weights": {"missing_phone": 30, "missing_birthday": 0}, "stale_after_days": 180},
        {"weights": {"missing_email": 40}, "good_from": 85, "fair_from": 60},
    )

    weights: dict[Kind, Weight] = Field(default_factory=dict)
    stale_after_days: Annotated[int, Field(ge=2, le=3650), JSON_INTEGER] = 365
    good_from: Percent = 80
    fair_from: Percent = 50

    @model_validator(mode="after")
    def _fits(self) -> "QualityRulesWrite":
        if self.fair_from > self.good_from:
            raise ValueError("fair_from is above good_from; a contact is good before it is fair")
        if set(self.weights) >= set(Kind) - INSTEAD and not any(self.weights[k] for k in set(Kind) - INSTEAD):
            raise ValueError("nothing that may be missing has a weight; give one to something")
        return self


class QualityRulesRead(ReadModel):
    """`version` 0: these are the rules that everyone begins with."""

    model_config = examples({"weights": {"missing_phone": 20, "missing_email": 15}, "stale_after_days": 365})

    version: int
    weights: dict[str, int]
    stale_after_days: int
    good_from: int
    fair_from: int


class IssueRead(ReadModel):
    """`text` and `cure` follow Accept-Language."""

    model_config = examples(
        {"kind": "missing_phone", "field": "phones", "text": "ไม่มีเบอร์โทรศัพท์", "cure": "ขอเบอร์โทรศัพท์"},
        {"kind": "missing_phone", "field": "phones", "text": "No phone number", "cure": "Ask for a phone number."},
    )

    kind: Kind
    field: str
    text: str
    cure: str


class WeighedIssue(IssueRead):
    """`weight` is what it costs."""

    weight: int


class ContactQualityRead(ReadModel):
    model_config = examples({"score": 80, "quality_class": "good"}, {"score": 45, "quality_class": "poor"})

    contact_id: UUID
    score: int
    quality_class: QualityClass
    issues: list[WeighedIssue]


class ContactToFix(ReadModel):
    """A contact as it was last scored, within seconds after a change."""

    model_config = examples({"full_name": "สมชาย ใจดี", "score": 45, "quality_class": "poor"})

    id: UUID
    type: Literal["contact_quality"]
    full_name: str
    owner_id: UUID | None
    score: int
    quality_class: QualityClass
    issues: list[IssueRead]


class ContactsToFix(ReadModel):
    data: list[ContactToFix]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class KindCount(IssueRead):
    contacts: int


class QualitySummary(ReadModel):
    """`average_score` is null without contacts."""

    model_config = examples({"contacts": 1_400, "average_score": 71.5, "good": 600, "fair": 500, "poor": 300})

    contacts: int
    average_score: float | None
    good: int
    fair: int
    poor: int
    kinds: list[KindCount]
