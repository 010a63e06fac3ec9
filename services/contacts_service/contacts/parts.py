"""The parts that the bodies of contacts and companies consist of."""

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, StrictFloat, StringConstraints, model_validator

from contacts_service.contacts import values
from contacts_service.contacts.tag_names import MAX_TAGS, distinct_tags
from contacts_service.contacts.values import (
    MAX_LENGTHS,
    check_birthday,
    clean_text,
    parse_country,
    parse_email,
    read_phone,
)
from shared.web import WriteModel
from shared.web.types import JSON_INTEGER, ON_REQUEST, Flag


def _line(text: str | None) -> str | None:
    """One line, cleaned; empty text is the same as null."""
    return clean_text(text) or None if text is not None else None


Line20 = Annotated[str | None, Field(max_length=20), AfterValidator(_line)]
Line50 = Annotated[str | None, Field(max_length=50), AfterValidator(_line)]
Line100 = Annotated[str | None, Field(max_length=100), AfterValidator(_line)]
Line200 = Annotated[str | None, Field(max_length=200), AfterValidator(_line)]
Line320 = Annotated[str | None, Field(max_length=320), AfterValidator(_line)]
Line500 = Annotated[str | None, Field(max_length=500), AfterValidator(_line)]
Label = Annotated[str, Field(max_length=MAX_LENGTHS["label"]), AfterValidator(clean_text)]
EmailText = Annotated[str, Field(max_length=320), AfterValidator(parse_email)]
SystemName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,49}$")]
ExternalKey = Annotated[str, Field(min_length=1, max_length=MAX_LENGTHS["external_id"]), AfterValidator(clean_text)]
Tag = Annotated[str, Field(min_length=1, max_length=MAX_LENGTHS["tag"]), AfterValidator(clean_text)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]


class ContactEmail(WriteModel):
    value: EmailText
    label: Label | None = None
    primary: Flag = False


class ContactPhone(WriteModel):
    """`value` is read as E.164, or as a Thai number such as 081-234-5678; an extension may stand behind it."""

    value: Annotated[str, Field(max_length=60)]
    label: Label | None = None
    primary: Flag = False
    extension: Annotated[str, StringConstraints(pattern=r"^\d{1,8}$")] | None = None

    @model_validator(mode="after")
    def _normalise(self) -> "ContactPhone":
        found = read_phone(self.value)
        self.value, self.extension = found.value, self.extension or found.extension
        return self


Latitude = Annotated[StrictFloat, Field(ge=-90, le=90, allow_inf_nan=False, examples=[13.7367])]
Longitude = Annotated[StrictFloat, Field(ge=-180, le=180, allow_inf_nan=False, examples=[100.5706])]


class Address(WriteModel):
    """`latitude` and `longitude` are degrees of WGS 84; addresses without a position have neither."""

    label: Label | None = None
    primary: Flag = False
    street: Line500 = None
    district: Line200 = None
    city: Line200 = None
    province: Line200 = None
    postal_code: Line20 = None
    country: Annotated[str, Field(max_length=100), AfterValidator(parse_country)] | None = None
    latitude: Latitude | None = ON_REQUEST
    longitude: Longitude | None = ON_REQUEST

    @model_validator(mode="after")
    def _whole_position(self) -> "Address":
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("give latitude and longitude together, or neither")
        return self


class Birthday(WriteModel):
    """`year` is of the Common Era; null where it is not known."""

    year: Annotated[int, Field(ge=1850, le=2200), JSON_INTEGER] | None = None
    month: Annotated[int, Field(ge=1, le=12), JSON_INTEGER]
    day: Annotated[int, Field(ge=1, le=31), JSON_INTEGER]

    @model_validator(mode="after")
    def _exists(self) -> "Birthday":
        check_birthday(values.Birthday(self.year, self.month, self.day))
        return self


class ContactExternalId(WriteModel):
    """The contact's id in another system. `system` is a short name of your choice, such as `shopify`."""

    system: SystemName
    id: ExternalKey


Item = TypeVar("Item", ContactEmail, ContactPhone, Address)


def _one_primary(items: list[Item]) -> list[Item]:
    """The first is the primary one unless one says so itself."""
    marked = sum(item.primary for item in items)
    if marked > 1:
        raise ValueError("has more than one primary; mark one")
    if items and not marked:
        items[0].primary = True
    return items


def _distinct(items: list[Any]) -> list[Any]:
    seen = [item.value if hasattr(item, "value") else (item.system, item.id) for item in items]
    if len(set(seen)) < len(seen):
        raise ValueError("names the same value twice; send it once")
    return items


Emails = Annotated[list[ContactEmail], Field(max_length=20), AfterValidator(_distinct), AfterValidator(_one_primary)]
Phones = Annotated[list[ContactPhone], Field(max_length=20), AfterValidator(_distinct), AfterValidator(_one_primary)]
Addresses = Annotated[list[Address], Field(max_length=20), AfterValidator(_one_primary)]
ExternalIds = Annotated[list[ContactExternalId], Field(max_length=20), AfterValidator(_distinct)]
Tags = Annotated[list[Tag], Field(max_length=MAX_TAGS), AfterValidator(distinct_tags)]
CustomFields = Annotated[
    dict[str, Any],
    Field(
        max_length=500,
        description="By the keys of `GET /v1/fields`, a merge patch: what is absent stays, null clears.",
    ),
]
