"""Companies over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from contacts_service.contacts.models import CustomerClass
from contacts_service.contacts.parts import Addresses, CustomFields, Emails, ExternalIds, Line100, Line500, Phones, Tags
from contacts_service.contacts.schemas import AddressRead, CompanySummary, EmailRead, ExternalIdRead, PhoneRead
from contacts_service.contacts.values import clean_lines, clean_text
from contacts_service.places.schemas import BANGKOK, LONDON, Latitude, Longitude, PositionGiven, PositionRead, RadiusKm
from shared.web import ClientId, Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.lists import Limit
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
    position: PositionGiven | None = None
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
            "position": BANGKOK,
            "tags": ["คู่ค้า"],
        },
        {
            "name": "Samphan Ltd",
            "tax_id": "GB123456789",
            "website": "https://www.example.com",
            "industry": "Retail",
            "emails": [{"value": "office@example.com", "label": "office"}],
            "position": LONDON,
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
    position: PositionRead | None
    tags: list[str]
    parent_id: UUID | None
    notes: str | None
    custom_fields: dict[str, Any]
    parent: CompanySummary | None = ON_REQUEST


class CompanyList(ReadModel):
    data: list[CompanyRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class NearestParams(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    latitude: Latitude
    longitude: Longitude
    radius_km: RadiusKm = 50
    limit: Limit = 20


class CompanyNear(CompanyRead):
    distance_km: float


class NearestCompanies(ReadModel):
    """The nearest first."""

    data: list[CompanyNear]


class CompanyOfHierarchy(ReadModel):
    """`depth` is 0 at the top. `contacts` are its own, `all_contacts` those of the companies below it, too."""

    model_config = examples({"name": "สาขาเชียงใหม่", "depth": 1}, {"name": "Northern branch", "depth": 1})

    id: UUID
    name: str
    parent_id: UUID | None
    depth: int
    contacts: int
    all_contacts: int


class Hierarchy(ReadModel):
    """The whole tree, each company before those that belong to it. `is_complete` is false if it was too large."""

    data: list[CompanyOfHierarchy]
    is_complete: bool
