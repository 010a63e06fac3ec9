"""The lifecycle over HTTP."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from contacts_service.contacts.many_schemas import ContactIds
from contacts_service.contacts.values import clean_text
from contacts_service.stages.machine import MOST_STAGES
from shared.web import Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.types import JSON_INTEGER, Flag

StageKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,49}$")]
StageName = Annotated[str, Field(min_length=1, max_length=50), AfterValidator(clean_text)]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(clean_text)
]


class StageWrite(WriteModel):
    """`back_to`: earlier stages that are open without a reason; with a reason all are, if `back_with_reason`."""

    key: StageKey
    label_th: ShortText
    label_en: ShortText
    back_to: Annotated[list[StageKey], Field(max_length=MOST_STAGES)] = Field(default_factory=list)
    back_with_reason: Flag = True


class RuleWrite(WriteModel):
    """Who has at least so many orders, neither cancelled nor returns, is moved forward to the stage."""

    orders: Annotated[int, Field(ge=1, le=10_000), JSON_INTEGER]
    stage: StageKey


class LifecycleWrite(WriteModel):
    """All stages, in their order, and the rules. Contacts keep the stages that they have."""

    model_config = examples(
        {
            "stages": [
                {"key": "lead", "label_th": "ผู้สนใจ", "label_en": "Lead"},
                {"key": "customer", "label_th": "ลูกค้า", "label_en": "Customer"},
                {"key": "loyal", "label_th": "ลูกค้าประจำ", "label_en": "Loyal", "back_to": ["customer"]},
            ],
            "rules": [{"orders": 1, "stage": "customer"}, {"orders": 5, "stage": "loyal"}],
        }
    )

    stages: Annotated[list[StageWrite], Field(min_length=1, max_length=MOST_STAGES)]
    rules: Annotated[list[RuleWrite], Field(max_length=20)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _fits(self) -> "LifecycleWrite":
        keys = [stage.key for stage in self.stages]
        if len(set(keys)) < len(keys):
            raise ValueError("stages have the same key twice; give each its own")
        for place, stage in enumerate(self.stages):
            if unknown := set(stage.back_to) - set(keys[:place]):
                raise ValueError(f"back_to of {stage.key} names no earlier stage: {', '.join(sorted(unknown))}")
        if unknown := {rule.stage for rule in self.rules} - set(keys):
            raise ValueError(f"rules name no stage: {', '.join(sorted(unknown))}")
        return self


class MoveWrite(WriteModel):
    """A reason opens what is closed without one."""

    model_config = examples(
        {"stage": "customer"}, {"stage": "lead", "reason": "ลูกค้าขอเลื่อนการตัดสินใจ / The customer put it off"}
    )

    stage: StageName
    reason: Reason | None = None


class ManyMoves(MoveWrite):
    model_config = examples(
        {"contact_ids": ["01900000-0000-7000-8000-000000000001"], "stage": "former", "reason": "ร้านปิดกิจการ"}
    )

    contact_ids: ContactIds


class StageRead(ReadModel):
    model_config = examples({"key": "customer", "label_th": "ลูกค้า", "label_en": "Customer", "back_to": []})

    key: str
    label_th: str
    label_en: str
    back_to: list[str]
    back_with_reason: bool


class RuleRead(ReadModel):
    model_config = examples({"orders": 1, "stage": "customer"})

    orders: int
    stage: str


class LifecycleRead(ReadModel):
    """`version` 0: these are the stages that everyone begins with."""

    model_config = examples({"version": 3})

    version: int
    stages: list[StageRead]
    rules: list[RuleRead]


class StageCount(ReadModel):
    """`reached` counts those in later stages, too. Labels are null for a text that is no stage."""

    model_config = examples({"stage": "customer", "label_th": "ลูกค้า", "label_en": "Customer", "contacts": 420})

    stage: str
    label_th: str | None
    label_en: str | None
    contacts: int
    reached: int | None


class LifecycleSummary(ReadModel):
    model_config = examples({"without_stage": 12, "contacts": 1_400})

    stages: list[StageCount]
    without_stage: int
    contacts: int


class StayRead(ReadModel):
    """One stay in one stage. `left_at` is null and `seconds` still grow for the present one."""

    model_config = examples({"stage": "customer", "from_stage": "opportunity", "source": "rule", "reason": "1 order"})

    stage: str | None
    from_stage: str | None
    entered_at: Instant
    left_at: Instant | None
    seconds: int
    moved_by: UUID | None
    source: str | None
    reason: str | None


class ContactLifecycle(ReadModel):
    """`open` are the stages that it may move to, `open_with_reason` those with a reason. The newest 200 stays."""

    model_config = examples(
        {"stage": "customer", "open": ["loyal", "evangelist", "former"], "open_with_reason": ["lead", "loyal"]}
    )

    contact_id: UUID
    stage: str | None
    since: Instant
    open: list[str]
    open_with_reason: list[str]
    history: list[StayRead]
