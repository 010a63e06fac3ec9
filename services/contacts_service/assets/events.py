"""What assets tell the other services."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from contacts_service.assets.models import Asset
from shared.messaging.event import Event


class AssetState(Event):
    """The whole of what others may keep of an asset."""

    asset_id: UUID
    version: int
    contact_id: UUID | None
    company_id: UUID | None
    name: str
    kind: str
    brand: str | None
    model: str | None
    purchased_on: date | None
    status: str
    owner_id: UUID | None
    tags: list[str]
    created_at: datetime
    updated_at: datetime
    changed_fields: list[str]

    @classmethod
    def of(cls, asset: Asset, changed_fields: list[str]) -> Self:
        copied = {name: getattr(asset, name) for name in cls.model_fields if hasattr(Asset, name)}
        return cls(asset_id=asset.id, changed_fields=changed_fields, **copied)


class AssetCreated(AssetState, type="contacts.asset.created.v1", key="asset_id"):
    """A customer owns something that we now know of."""


class AssetUpdated(AssetState, type="contacts.asset.updated.v1", key="asset_id"):
    """An asset changed; `changed_fields` names how: `contact_id` or `company_id` if it was transferred."""


class AssetDeleted(Event, type="contacts.asset.deleted.v1", key="asset_id"):
    """An asset was deleted."""

    asset_id: UUID
    version: int
    deleted_at: datetime
