"""Companies over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from contacts_service.contacts.models import CustomerClass
from contacts_service.contacts.parts import Addresses, CustomFields, Emails, ExternalIds, Line100, Line500, Phones, Tags
from contacts_service.contacts.schemas import AddressRead, CompanySummary, EmailRead, ExternalIdRead, PhoneRead
from contacts_service.contacts.values import clean_lines, clean_text
from shared.web import ClientId, Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.types import ON_REQUEST, ListTotal

Name = Annotated[ShortText, AfterValidator(clean_text)]


class CompanyUpdate(WriteModel):
    """A merge patch: what is absent stays, null clears, lists are replaced."""

    model_config = examples(
        {"industry": "ค้าปลีก", "tags": ["คู่ค้า"]},
        {"website": "https://www.example.com", "tags": ["partner"]},
    )

    name: Name = ""
    tax_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{5,20}$")] | None = None
    website: Line500 = None
    industry: Line100 = None
    customer_class: CustomerClass | None = None
    emails: Emails = []
    phones: Phones = []
    addresses: Addresses = []
    external_ids: ExternalIds = []
    tags: Tags = []
    parent_id: UUID | None = None
    owner_id: UUID | None = None
    notes: Annotated[str, Field(max_length=20_000), AfterValidator(clean_lines)] | None = None
    custom_fields: CustomFields = {}

    def given(self) -> dict[str, Any]:
        """As the model's columns hold it."""
        return self.model_dump(include=self.model_fields_set)


class CompanyCreate(CompanyUpdate):
    """The client may choose the `id` (UUIDv7)."""

    model_config = examples(
        {
            "name": "บริษัท สัมพันธ์ จำกัด",
            "tax_id": "0105561000123",
            "website": "https://www.example.co.th",
            "industry": "ค้าปลีก",
            "customer_class": "wholesale",
            "phones": [{"value": "02-123-4567", "label": "สำนักงาน"}],
            "tags": ["คู่ค้า"],
        },
        {
            "name": "Samphan Ltd",
            "tax_id": "GB123456789",
            "website": "https://www.example.com",
            "industry": "Retail",
            "emails": [{"value": "office@example.com", "label": "office"}],
            "tags": ["partner"],
        },
    )

    name: Name
    id: ClientId | None = None


class CompanyRead(ReadModel):
    id: UUID
    type: Literal["company"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    external_ids: list[ExternalIdRead]
    name: str
    tax_id: str | None
    website: str | None
    industry: str | None
    customer_class: CustomerClass | None
    emails: list[EmailRead]
    phones: list[PhoneRead]
    addresses: list[AddressRead]
    tags: list[str]
    parent_id: UUID | None
    notes: str | None
    custom_fields: dict[str, Any]
    parent: CompanySummary | None = ON_REQUEST


class CompanyList(ReadModel):
    data: list[CompanyRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
