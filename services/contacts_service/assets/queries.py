"""Reads of assets."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, literal, select

from contacts_service.assets.models import Asset, AssetDeleted, AssetNotFound, AssetOwnership
from contacts_service.contacts.queries import get_contact
from shared.query import Collection, Field, Kind, ListRequest, Page, Query, Reader
from shared.query.cursor import Cursors

ASSETS = Asset.__table__
OWNERSHIPS = AssetOwnership.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, ASSETS.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("asset", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT),
    _field("owner_id", Kind.UUID),
    _field("external_ids", filterable=False),
    _field("contact_id", Kind.UUID),
    _field("company_id", Kind.UUID),
    _field("name", nullable=False),
    _field("kind", nullable=False),
    _field("brand"),
    _field("model"),
    _field("serial"),
    _field("purchased_on", Kind.DAY),
    _field("place", filterable=False),
    _field("latitude", Kind.NUMBER, filterable=False),
    _field("longitude", Kind.NUMBER, filterable=False),
    _field("status", nullable=False),
    _field("service_policy_ids", filterable=False),
    _field("tags", Kind.TAGS),
    _field("notes", filterable=False),
]
COLLECTION = Collection("assets", ASSETS, FIELDS, where=[ASSETS.c.deleted_at.is_(None)])
OF_CONTACT = ASSETS.c.contact_id == bindparam("contact_id", type_=Uuid)
OWNERSHIP_FIELDS = [
    Field("id", OWNERSHIPS.c.id, Kind.UUID, nullable=False),
    Field("contact_id", OWNERSHIPS.c.contact_id, Kind.UUID),
    Field("company_id", OWNERSHIPS.c.company_id, Kind.UUID),
    Field("since", OWNERSHIPS.c.since, Kind.INSTANT, sortable=True, nullable=False),
    Field("until", OWNERSHIPS.c.until, Kind.INSTANT),
    Field("note", OWNERSHIPS.c.note, Kind.TEXT, filterable=False),
]
OF_ASSET = OWNERSHIPS.c.asset_id == bindparam("asset_id", type_=Uuid)
HISTORY = Collection("asset-owners", OWNERSHIPS, OWNERSHIP_FIELDS, where=[OF_ASSET], default_sort="-since")
ASSET_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in FIELDS), ASSETS.c.deleted_at).where(
        ASSETS.c.tenant_id == bindparam("tenant_id"), ASSETS.c.id == bindparam("id")
    )
)


async def get_asset(reader: Reader, asset_id: UUID) -> dict[str, Any]:
    """Raises AssetNotFound, AssetDeleted."""
    row = await reader.one_or_none(ASSET_BY_ID, id=asset_id)
    if row is None:
        raise AssetNotFound(f"There is no asset {asset_id}.")
    asset = dict(row)
    if asset.pop("deleted_at") is not None:
        raise AssetDeleted(f"Asset {asset_id} was deleted.")
    return asset


async def assets_of_contact(reader: Reader, cursors: Cursors, request: ListRequest, contact_id: UUID) -> Page:
    """Raises ContactNotFound, ContactDeleted, MovedError."""
    page = await COLLECTION.page(
        reader, cursors, request.with_extra(contact_id=str(contact_id)), where={"contact": OF_CONTACT}
    )
    if not page.data:
        await get_contact(reader, contact_id)
    return page


async def list_of_asset(
    reader: Reader, cursors: Cursors, collection: Collection, request: ListRequest, asset_id: UUID
) -> Page:
    """What belongs to an asset; `collection` has a condition on `asset_id`. Raises AssetNotFound, AssetDeleted."""
    page = await collection.page(reader, cursors, request.with_extra(asset_id=str(asset_id)))
    if not page.data:
        await get_asset(reader, asset_id)
    return page
