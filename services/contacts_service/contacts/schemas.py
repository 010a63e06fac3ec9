"""Contacts over HTTP."""

from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from contacts_service.contacts import values
from contacts_service.contacts.examples import ADA, MALEE
from contacts_service.contacts.models import CustomerClass
from contacts_service.contacts.names import NameOrder
from contacts_service.contacts.tag_names import MAX_TAGS, distinct_tags
from contacts_service.contacts.values import (
    MAX_LENGTHS,
    check_birthday,
    clean_lines,
    clean_text,
    parse_country,
    parse_email,
    parse_phone,
    parse_sex,
    read_phone,
)
from shared.web import ClientId, Instant, ReadModel, WriteModel, examples
from shared.web.types import ON_REQUEST, Flag, ListTotal


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


Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, examples=[13.7367])]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, examples=[100.5706])]


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

    year: Annotated[int, Field(ge=1850, le=2200)] | None = None
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]

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


class ContactUpdate(WriteModel):
    """A merge patch: what is absent stays, null clears, lists are replaced."""

    model_config = examples(
        {"nickname": "ลี", "tags": ["ลูกค้าประจำ"], "notes": "สะดวกคุยช่วงบ่าย"},
        {"job_title": "Purchasing manager", "tags": ["VIP"]},
    )

    prefix: Line100 = None
    given_name: Line100 = None
    middle_name: Line100 = None
    family_name: Line100 = None
    suffix: Line100 = None
    nickname: Line100 = None
    name_order: NameOrder = NameOrder.GIVEN_FIRST
    full_name: Line320 = None
    email: EmailText | None = None
    phone: Annotated[str, Field(max_length=60), AfterValidator(parse_phone)] | None = None
    emails: Emails = Field(default_factory=list)
    phones: Phones = Field(default_factory=list)
    addresses: Addresses = Field(default_factory=list)
    birthday: Birthday | None = None
    sex: Annotated[str, Field(max_length=50), AfterValidator(parse_sex)] | None = None
    occupation: Line200 = None
    education: Line200 = None
    job_title: Line200 = None
    home_province: Line100 = None
    income_band: Line100 = None
    social_class: Line100 = None
    customer_class: CustomerClass | None = None
    lifecycle_stage: Line50 = None
    language: Language | None = None
    company_id: UUID | None = None
    owner_id: UUID | None = None
    external_ids: ExternalIds = Field(default_factory=list)
    tags: Tags = Field(default_factory=list)
    notes: Annotated[str, Field(max_length=20_000), AfterValidator(clean_lines)] | None = None

    @model_validator(mode="after")
    def _either_or(self) -> "ContactUpdate":
        for single, several in (("email", "emails"), ("phone", "phones")):
            if {single, several} <= self.model_fields_set:
                raise ValueError(f"give either {single} or {several}, not both")
        return self

    def given(self) -> dict[str, Any]:
        """As the model's columns hold it."""
        return self.model_dump(include=self.model_fields_set)


class ContactCreate(ContactUpdate):
    """At least one of a name, an e-mail and a phone number. The client may choose the `id` (UUIDv7)."""

    model_config = examples(MALEE, ADA)

    id: ClientId | None = None


class ContactUpsert(ContactUpdate):
    """A merge patch for the contact that another system knows by `external_id`; if there is none, the new contact."""

    external_id: ContactExternalId


class Upserts(WriteModel):
    """`rows` of ContactUpsert; they are checked one by one, so that a bad one fails alone."""

    model_config = examples(
        {"rows": [{"external_id": {"system": "shopify", "id": "7001"}, "full_name": "มาลี ใจดี", "tags": ["VIP"]}]}
    )

    rows: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=1000)]


class EmailRead(ReadModel):
    model_config = examples(
        {"value": "malee@example.com", "label": "ที่ทำงาน", "primary": True},
        {"value": "ada@example.com", "label": "work", "primary": True},
    )

    value: str
    label: str | None
    primary: bool


class PhoneRead(ReadModel):
    model_config = examples(
        {"value": "+66812345678", "label": "มือถือ", "primary": True},
        {"value": "+442079460123", "label": "work", "primary": True, "extension": "12"},
    )

    value: str
    label: str | None
    primary: bool
    extension: str | None


class AddressRead(ReadModel):
    model_config = examples(
        {"label": "บ้าน", "primary": True, "street": "99 ถนนสุขุมวิท", "district": "วัฒนา"}
        | {"province": "กรุงเทพมหานคร", "postal_code": "10110", "country": "TH"},
        {"label": "work", "primary": True, "street": "1 Main Street", "city": "London"}
        | {"postal_code": "SW1A 1AA", "country": "GB"},
    )

    label: str | None
    primary: bool
    street: str | None
    district: str | None
    city: str | None
    province: str | None
    postal_code: str | None
    country: str | None
    latitude: float | None = ON_REQUEST
    longitude: float | None = ON_REQUEST


class BirthdayRead(ReadModel):
    model_config = examples({"year": 1990, "month": 4, "day": 13})

    year: int | None
    month: int
    day: int


class ExternalIdRead(ReadModel):
    model_config = examples({"system": "shopify", "id": "7012345678"}, {"system": "hubspot", "id": "351"})

    system: str
    id: str


class CompanySummary(ReadModel):
    """A company inside a record that names it; `GET /v1/companies/{id}` has the whole of it."""

    id: UUID
    type: Literal["company"]
    version: int
    name: str
    tax_id: str | None
    website: str | None
    industry: str | None
    customer_class: CustomerClass | None
    parent_id: UUID | None
    owner_id: UUID | None
    tags: list[str]
    parent: "CompanySummary | None" = ON_REQUEST


class ContactRead(ReadModel):
    model_config = examples({"phone": "+66812345678"}, {"phone": "+442079460123"})

    id: UUID
    type: Literal["contact"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    external_ids: list[ExternalIdRead]
    full_name: str
    prefix: str | None
    given_name: str | None
    middle_name: str | None
    family_name: str | None
    suffix: str | None
    nickname: str | None
    name_order: NameOrder
    email: str | None
    phone: str | None
    emails: list[EmailRead]
    phones: list[PhoneRead]
    addresses: list[AddressRead]
    birthday: BirthdayRead | None
    sex: str | None
    occupation: str | None
    education: str | None
    job_title: str | None
    home_province: str | None
    income_band: str | None
    social_class: str | None
    customer_class: CustomerClass | None
    lifecycle_stage: str | None
    language: str | None
    company_id: UUID | None
    tags: list[str]
    notes: str | None
    company: CompanySummary | None = ON_REQUEST


class ContactList(ReadModel):
    data: list[ContactRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
