"""Warranties and entitlements over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StrictFloat, model_validator

from contacts_service.assets.models import UsageUnit
from contacts_service.assets.schemas import AssetDescription, Kind
from contacts_service.contacts.parts import EmailText, Language, Line100, Line320
from contacts_service.contacts.values import clean_lines, clean_text, parse_phone
from contacts_service.warranties.models import WarrantyKind
from shared.web import Day, Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.types import JSON_INTEGER, ON_REQUEST, BusinessDay, BusinessInstant, ListTotal, TimeZone

Name = Annotated[ShortText, AfterValidator(clean_text)]
CardNumber = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(clean_text)]
Uses = Annotated[int, Field(ge=1, le=100_000), JSON_INTEGER]
Note = Annotated[str, Field(max_length=20_000), AfterValidator(clean_lines)]
BANGKOK = "Asia/Bangkok"


class WarrantyCustomer(WriteModel):
    """Found by e-mail, then by telephone; else a new contact. What is known of one that is found stays as it is."""

    full_name: Line320 = None
    email: EmailText | None = None
    phone: Annotated[str, Field(max_length=60), AfterValidator(parse_phone)] | None = None
    language: Language | None = None

    @model_validator(mode="after")
    def _reachable(self) -> "WarrantyCustomer":
        if self.email is None and self.phone is None:
            raise ValueError("needs an e-mail or a phone number; give at least one")
        return self


class WarrantyAsset(AssetDescription):
    name: Name
    kind: Kind


class WarrantyEntitlement(WriteModel):
    """`uses_total` null: as often as needed."""

    name: Name
    uses_total: Uses | None = None


class WarrantyRegister(WriteModel):
    """Of an asset that is known by `asset_id`, or of the `asset` of a `customer` (or `contact_id`), made if need be.

    `months`, `usage_limit` of `usage_unit`, or whichever comes first. Without `starts_on` it begins on the day of
    purchase, else today; an `extended` one the day after the asset's last warranty ends.
    """

    model_config = examples(
        {
            "card_number": "TH-2026-000123",
            "customer": {"full_name": "มาลี สวัสดี", "phone": "081-234-5678", "language": "th"},
            "asset": {"name": "เครื่องปรับอากาศห้องนอน", "kind": "แอร์", "brand": "Daikin", "model": "FTKM24"}
            | {"serial": "E012345", "purchased_on": "2026-11-20"},
            "months": 60,
            "entitlements": [{"name": "ล้างแอร์ฟรี", "uses_total": 2}],
        },
        {
            "card_number": "UK-88-4711",
            "customer": {"full_name": "Ada Lovelace", "email": "ada@example.com", "language": "en"},
            "asset": {"name": "Hatchback", "kind": "car", "brand": "Honda", "serial": "SHHFK2760HU012345"},
            "months": 36,
            "usage_limit": 100000,
            "usage_unit": "km",
            "starts_on": "2026-01-31",
            "time_zone": "Europe/London",
        },
    )

    card_number: CardNumber
    asset_id: UUID | None = None
    asset: WarrantyAsset | None = None
    contact_id: UUID | None = None
    customer: WarrantyCustomer | None = None
    kind: WarrantyKind = WarrantyKind.STANDARD
    months: Annotated[int, Field(ge=1, le=1200), JSON_INTEGER] | None = None
    usage_limit: Annotated[StrictFloat, Field(gt=0, le=1e9, allow_inf_nan=False)] | None = None
    usage_unit: UsageUnit | None = None
    starts_on: BusinessDay | None = None
    time_zone: TimeZone = BANGKOK
    lead_days: Annotated[int, Field(ge=0, le=365), JSON_INTEGER] = 30
    entitlements: Annotated[list[WarrantyEntitlement], Field(max_length=50)] = []

    @model_validator(mode="after")
    def _whole(self) -> "WarrantyRegister":
        if (self.asset_id is None) == (self.asset is None):
            raise ValueError("give either asset_id or asset")
        if self.customer is not None and self.contact_id is not None:
            raise ValueError("give either customer or contact_id, not both")
        if self.asset is not None and self.customer is None and self.contact_id is None:
            raise ValueError("whose asset is it? Give customer or contact_id")
        if self.months is None and self.usage_limit is None:
            raise ValueError("give months, usage_limit or both")
        if (self.usage_limit is None) != (self.usage_unit is None):
            raise ValueError("give usage_limit and usage_unit together, or neither")
        return self


class WarrantyRead(ReadModel):
    id: UUID
    type: Literal["warranty"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    asset_id: UUID
    contact_id: UUID | None
    card_number: str
    kind: WarrantyKind
    months: int | None
    usage_limit: float | None
    usage_unit: UsageUnit | None
    starts_on: Day
    ends_on: Day | None
    time_zone: Annotated[str, Field(examples=[BANGKOK])]
    lead_days: int
    reminded_at: Instant | None


class WarrantyList(ReadModel):
    data: list[WarrantyRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class EntitlementCreate(WriteModel):
    """`uses_total` null: as often as needed; `ends_on` null: without an end. Without `starts_on`, from today."""

    model_config = examples(
        {"name": "ตรวจเช็กฟรี", "uses_total": 4, "ends_on": "2027-12-31"},
        {"name": "Roadside assistance", "ends_on": "2027-12-31", "time_zone": "Europe/London"},
    )

    name: Name
    uses_total: Uses | None = None
    starts_on: BusinessDay | None = None
    ends_on: BusinessDay | None = None
    time_zone: TimeZone = BANGKOK

    def given(self) -> dict[str, Any]:
        return self.model_dump()


class EntitlementUseCreate(WriteModel):
    """With a `reference`, such as the number of the job, it is used once, however often it is sent."""

    model_config = examples({"reference": "JOB-1001", "note": "ล้างแอร์ครั้งแรก"}, {"reference": "JOB-1002"})

    used_at: BusinessInstant | None = None
    reference: Line100 = None
    note: Note | None = None


class EntitlementRead(ReadModel):
    id: UUID
    type: Literal["entitlement"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    asset_id: UUID
    warranty_id: UUID | None
    name: str
    uses: int
    uses_total: int | None
    starts_on: Day
    ends_on: Day | None
    time_zone: Annotated[str, Field(examples=[BANGKOK])]


class EntitlementList(ReadModel):
    data: list[EntitlementRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class EntitlementUseRead(ReadModel):
    id: UUID
    used_at: Instant
    reference: str | None
    note: str | None


class EntitlementUseList(ReadModel):
    data: list[EntitlementUseRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
