"""Assets over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from contacts_service.assets.models import AssetStatus
from contacts_service.contacts.parts import ExternalIds, Latitude, Line100, Line500, Longitude
from contacts_service.contacts.schemas import ExternalIdRead
from contacts_service.contacts.values import clean_lines, clean_text
from shared.web import ClientId, Day, Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.types import (
    ABSENT,
    ON_REQUEST,
    BusinessDay,
    BusinessInstant,
    ListTotal,
    Tags,
)

Name = Annotated[ShortText, AfterValidator(clean_text)]
Kind = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(clean_text)]
PolicyIds = Annotated[list[UUID], Field(max_length=20), AfterValidator(lambda ids: list(dict.fromkeys(ids)))]


class AssetDescription(WriteModel):
    """What is known of a thing, whoever owns it. `kind` is your own word, such as `car`."""

    name: Name = ABSENT
    kind: Kind = ABSENT
    brand: Line100 = None
    model: Line100 = None
    serial: Line100 = None
    purchased_on: BusinessDay | None = None
    place: Line500 = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None

    @model_validator(mode="after")
    def _whole_position(self) -> "AssetDescription":
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("give latitude and longitude together, or neither")
        return self


class AssetUpdate(AssetDescription):
    """A merge patch. The owner changes by a transfer. `service_policy_ids`: policies that count for this one."""

    model_config = examples(
        {"status": "in_repair", "place": "ศูนย์บริการ บางนา"}, {"model": "Hilux Revo", "tags": ["fleet"]}
    )

    status: AssetStatus = ABSENT
    service_policy_ids: PolicyIds = []
    external_ids: ExternalIds = []
    tags: Tags = []
    owner_id: UUID | None = None
    notes: Annotated[str, Field(max_length=20_000), AfterValidator(clean_lines)] | None = None

    def given(self) -> dict[str, object]:
        """As the model's columns hold it."""
        return self.model_dump(include=self.model_fields_set)


class AssetCreate(AssetUpdate):
    """It belongs to a contact, a company, or both."""

    model_config = examples(
        {
            "contact_id": "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a",
            "name": "รถกระบะของร้าน",
            "kind": "รถยนต์",
            "brand": "Toyota",
        }
        | {"model": "Hilux", "serial": "MR0EX8CD501234567", "purchased_on": "2026-01-31", "place": "เชียงใหม่"}
        | {"tags": ["รถส่งของ"], "external_ids": [{"system": "dms", "id": "V-1001"}]},
        {"company_id": "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a", "name": "Compressor 2", "kind": "compressor"}
        | {"brand": "Atlas Copco", "model": "GA 30", "serial": "AIF-087654", "purchased_on": "2025-06-15"}
        | {"place": "Hall B", "tags": ["critical"]},
    )

    name: Name
    kind: Kind
    contact_id: UUID | None = None
    company_id: UUID | None = None
    id: ClientId | None = None


class AssetTransfer(WriteModel):
    """To a contact, a company, or both; without `transferred_at`, now."""

    model_config = examples(
        {"contact_id": "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6b", "note": "ขายต่อ"},
        {"company_id": "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6b", "note": "Sold to its lessee"},
    )

    contact_id: UUID | None = None
    company_id: UUID | None = None
    transferred_at: BusinessInstant | None = None
    note: Line500 = None


class AssetRead(ReadModel):
    id: UUID
    type: Literal["asset"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    external_ids: list[ExternalIdRead]
    contact_id: UUID | None
    company_id: UUID | None
    name: str
    kind: str
    brand: str | None
    model: str | None
    serial: str | None
    purchased_on: Day | None
    place: str | None
    latitude: float | None
    longitude: float | None
    status: AssetStatus
    service_policy_ids: list[UUID]
    tags: list[str]
    notes: str | None


class AssetList(ReadModel):
    data: list[AssetRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class AssetOwnershipRead(ReadModel):
    """The present owner's has no `until`."""

    model_config = examples({"note": "ขายต่อ"}, {"note": "Sold to its lessee"})

    id: UUID
    contact_id: UUID | None
    company_id: UUID | None
    since: Instant
    until: Instant | None
    note: str | None


class AssetOwnershipList(ReadModel):
    data: list[AssetOwnershipRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
