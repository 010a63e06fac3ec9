"""Contacts over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from contacts_service.contacts.examples import ADA, MALEE
from contacts_service.contacts.models import CustomerClass
from contacts_service.contacts.names import NameOrder
from contacts_service.contacts.parts import (
    Addresses,
    Birthday,
    ContactExternalId,
    CustomFields,
    Emails,
    EmailText,
    ExternalIds,
    Language,
    Line50,
    Line100,
    Line200,
    Line320,
    Phones,
    Tags,
)
from contacts_service.contacts.values import clean_lines, parse_phone, parse_sex
from shared.web import ClientId, Instant, ReadModel, WriteModel, examples
from shared.web.types import ON_REQUEST, ListTotal


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
    custom_fields: CustomFields = Field(default_factory=dict)

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
    custom_fields: dict[str, Any]
    company: CompanySummary | None = ON_REQUEST


class ContactList(ReadModel):
    data: list[ContactRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
