"""Values and base models of request and response bodies."""

import unicodedata
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    StringConstraints,
    WithJsonSchema,
)

from shared.instants import as_text, day_as_text, rfc3339


def _clean(text: str) -> str:
    if any(unicodedata.category(char) == "Cc" and char not in "\n\t\r" for char in text):
        raise ValueError("contains a control character; remove it")
    return unicodedata.normalize("NFC", text)


def _to_millisecond(moment: datetime) -> datetime:
    if moment.tzinfo is UTC and moment.microsecond % 1000 == 0:  # as all that we have stored
        return moment
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


Instant = Annotated[
    AwareDatetime,
    BeforeValidator(as_text),
    AfterValidator(_to_millisecond),
    PlainSerializer(rfc3339, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Day = Annotated[date, BeforeValidator(day_as_text)]


def _in_living_memory(moment: date) -> date:
    if not 1900 <= moment.year < 2200:
        raise ValueError("lies outside the years 1900 to 2199; check the date")
    return moment


BusinessDay = Annotated[Day, AfterValidator(_in_living_memory)]
"""Of what we count on from: a term added to it is still a date that every reader knows."""
BusinessInstant = Annotated[Instant, AfterValidator(_in_living_memory)]


_zones = cache(available_timezones)  # it reads directories


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("write the name of a time zone such as Asia/Bangkok")
    return name


def _clock(given: object) -> object:
    return given.strftime("%H:%M") if isinstance(given, time) else given


Clock = Annotated[
    str,
    StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),  # before the validator: else no schema says it
    BeforeValidator(_clock),
    Field(examples=["09:00"]),
]
"""A time of day as clocks there show it."""
TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_known_zone)]
Flag = Annotated[bool, Strict()]
"""Of a JSON body: true or false, and nothing that looks like it."""


class NoNumber(ValueError):
    code = "int_type"


def _a_number(given: object) -> object:
    if isinstance(given, str | bool):
        raise NoNumber("is a number, written without quotation marks")
    return int(given) if isinstance(given, float) and given.is_integer() else given  # of any size


JSON_INTEGER: Any = BeforeValidator(_a_number)
"""For an `int` of a JSON body, after its bounds: 2.0 is one too, as JSON Schema has it; a text or true is not."""


def _version_7(given: UUID) -> UUID:
    if given.version != 7:
        raise ValueError("an id that the client makes is a UUIDv7 (RFC 9562)")
    return given


ClientId = Annotated[UUID, AfterValidator(_version_7)]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=20_000),
    AfterValidator(_clean),
]
ShortText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_clean),
]


def examples(*values: dict[str, Any]) -> ConfigDict:
    """`model_config` of a model whose bodies look like these: the first in Thai, the second in English."""
    return ConfigDict(json_schema_extra={"examples": [*values]})


class WriteModel(BaseModel):
    """What clients send. Unknown fields are refused: they are typing errors."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    def given(self) -> dict[str, Any]:
        """The fields that the client sent, null included: what a merge patch (RFC 7396) changes."""
        return {name: getattr(self, name) for name in self.model_fields_set}


ABSENT: Any = Field(default_factory=lambda: None)
"""For a field of a merge patch that may be left out but not be null: the default is neither checked nor documented."""


ON_REQUEST: Any = Field(default=None, exclude_if=lambda found: found is None)
"""For a field of a read model that is there only if the client asked for it, by `expand` or `include_total`, or if
there is something to tell."""


class ReadModel(BaseModel):
    """What clients get. No defaults: every field is present."""

    model_config = ConfigDict(from_attributes=True)


class ListTotal(ReadModel):
    """Counted up to 10,000: `gte` says that there are more."""

    value: int
    relation: Literal["eq", "gte"]


SystemName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,49}$")]
Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=50),
    AfterValidator(_clean),
]
Tags = Annotated[list[Tag], Field(max_length=50), AfterValidator(lambda tags: list(dict.fromkeys(tags)))]


class ExternalId(WriteModel):
    """The record's id in another system. `system` is a short name of your choice, such as `shopify`."""

    model_config = examples({"system": "shopify", "id": "7012345678"})

    system: SystemName
    id: ShortText


def _distinct(items: list[ExternalId]) -> list[ExternalId]:
    if len({(item.system, item.id) for item in items}) < len(items):
        raise ValueError("names the same value twice; send it once")
    return items


ExternalIds = Annotated[list[ExternalId], Field(max_length=20), AfterValidator(_distinct)]


class ExternalIdRead(ReadModel):
    model_config = examples({"system": "shopify", "id": "7012345678"})

    system: str
    id: str


class Money(WriteModel):
    """`amount` is a decimal in the currency's major unit, as text in answers; `currency` an ISO 4217 code."""

    amount: Annotated[Decimal, PlainSerializer(str, return_type=str, when_used="json"), Field(examples=["12.30"])]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["THB"])]
