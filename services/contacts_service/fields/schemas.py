"""Definitions of custom fields over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StrictFloat, StringConstraints

from contacts_service.fields.models import IndexState, RecordType, ValueType
from shared.web import ClientId, Instant, ReadModel, ShortText, Text, WriteModel, examples
from shared.web.types import ABSENT, JSON_INTEGER, ON_REQUEST, Flag, ListTotal

MAX_OPTIONS = 200
TIER = [
    {"key": "gold", "labels": {"th": "ทอง", "en": "Gold"}},
    {"key": "silver", "labels": {"th": "เงิน", "en": "Silver"}},
]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=50)]
OptionKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=50)]
Description = Annotated[Text, Field(max_length=1000)]
Number = Annotated[StrictFloat, Field(ge=-(10**15), le=10**15)]


class Labels(WriteModel):
    """What people call it; at least one of the languages, the other one is then called the same."""

    th: ShortText | None = None
    en: ShortText | None = None


def _named(labels: Labels) -> Labels:
    if not (labels.th or labels.en):
        raise ValueError("needs a text in th or en")
    return Labels(th=labels.th or labels.en, en=labels.en or labels.th)


Named = Annotated[Labels, AfterValidator(_named)]


class FieldOption(WriteModel):
    """A retired option stays where it was chosen, and cannot be chosen anew."""

    key: OptionKey
    labels: Named
    retired: Flag = False


def _distinct(options: list[FieldOption]) -> list[FieldOption]:
    if len({option.key for option in options}) < len(options):
        raise ValueError("names the same key twice; send it once")
    return options


Options = Annotated[list[FieldOption], Field(max_length=MAX_OPTIONS), AfterValidator(_distinct)]


class FieldLimits(WriteModel):
    """`minimum` and `maximum` of numbers and amounts; `max_length` of texts, in characters."""

    minimum: Number | None = None
    maximum: Number | None = None
    max_length: Annotated[int, Field(ge=1, le=500), JSON_INTEGER] | None = None


class FieldUpdate(WriteModel):
    """A merge patch. Options cannot be left out, only retired: values keep their meaning."""

    model_config = examples(
        {"labels": {"th": "ระดับสมาชิก", "en": "Member tier"}, "required": True},
        {"description": "Agreed in writing.", "default": "silver"},
    )

    labels: Named = ABSENT
    description: Description | None = None
    required: Flag = ABSENT
    default: Any = None
    options: Options = ABSENT
    limits: FieldLimits = ABSENT

    def given(self) -> dict[str, Any]:
        return self.model_dump(include=self.model_fields_set)


class FieldCreate(FieldUpdate):
    """What never changes later: `key`, `value_type`, `unique`, `currency` of money, `target` of a reference.

    `indexed` from the beginning costs nothing; later, `POST /v1/fields/{id}/index` does it. Unique fields always are.
    """

    model_config = examples(
        {
            "record_type": "contact", "key": "member_tier", "value_type": "choice", "options": TIER,
            "labels": {"th": "ระดับสมาชิก", "en": "Member tier"},
        },
        {
            "record_type": "company", "key": "credit_limit", "value_type": "money", "currency": "THB",
            "labels": {"th": "วงเงินเครดิต", "en": "Credit limit"}, "limits": {"minimum": 0},
        },
    )  # fmt: skip

    id: ClientId | None = None
    record_type: RecordType
    key: Key
    value_type: ValueType
    labels: Named
    required: Flag = False
    unique: Flag = False
    indexed: Flag = False
    options: Options = Field(default_factory=list)
    limits: FieldLimits = Field(default_factory=FieldLimits)
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    target: RecordType | None = None


class LabelsRead(ReadModel):
    model_config = examples({"th": "ทอง", "en": "Gold"})

    th: str
    en: str


class OptionRead(ReadModel):
    model_config = examples({"key": "gold", "labels": {"th": "ทอง", "en": "Gold"}, "retired": False})

    key: str
    labels: LabelsRead
    retired: bool


class LimitsRead(ReadModel):
    model_config = examples({"minimum": 0, "maximum": 100, "max_length": None})

    minimum: float | None
    maximum: float | None
    max_length: int | None


class FieldRead(ReadModel):
    model_config = examples({"record_type": "contact", "key": "member_tier", "default": "silver"})

    id: UUID
    type: Literal["field"]
    version: int
    created_at: Instant
    updated_at: Instant
    record_type: RecordType
    key: str
    value_type: ValueType
    labels: LabelsRead
    description: str | None
    required: bool
    unique: bool
    default: Any
    options: list[OptionRead]
    limits: LimitsRead
    currency: str | None
    target: RecordType | None
    index: IndexState


class FieldList(ReadModel):
    data: list[FieldRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
