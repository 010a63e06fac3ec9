"""Commands on one asset."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.assets import events
from contacts_service.assets.models import (
    SERVICE_DEPENDS_ON,
    Asset,
    AssetDeleted,
    AssetNotFound,
    AssetOwnership,
    SerialTaken,
    TransferTooEarly,
)
from contacts_service.assets.references import check_owner, check_policies
from contacts_service.service_due.recomputing import recompute
from shared.db.locks import lock_live
from shared.db.record import now
from shared.db.refusals import flush
from shared.db.versions import check_version
from shared.errors import FieldError
from shared.messaging.outbox import stage

OWNED = frozenset({"contact_id", "company_id"})


async def create_asset(session: AsyncSession, given: Mapping[str, Any]) -> Asset:
    """Raises OwnerRequired, UnknownOwner, UnknownPolicy, SerialTaken, IdTaken."""
    await check_owner(session, given.get("contact_id"), given.get("company_id"))
    await check_policies(session, given.get("service_policy_ids", ()))
    asset = Asset(name="", kind="")
    asset.change({name: value for name, value in given.items() if name != "id" or value is not None})
    session.add(asset)
    await flush(session, PROBLEMS)
    _owned_from(session, asset, asset.created_at, None)
    await session.flush()
    await recompute(session, [asset.id])
    stage(session, events.AssetCreated.of(asset, sorted(given)))
    return asset


async def update_asset(
    session: AsyncSession, asset_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> Asset:
    """A merge patch. Raises AssetNotFound, AssetDeleted, VersionMismatch, UnknownPolicy, SerialTaken."""
    asset = await load_asset(session, asset_id)
    check_version(asset.version, if_version)
    await check_policies(session, given.get("service_policy_ids", ()))
    changed = asset.change(given)
    if changed:
        await _store(session, asset, changed)
    return asset


async def transfer_asset(
    session: AsyncSession, asset_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> Asset:
    """To another owner; who had it before stays known. Without `transferred_at`, now.

    Raises AssetNotFound, AssetDeleted, VersionMismatch, OwnerRequired, UnknownOwner, TransferTooEarly.
    """
    asset = await load_asset(session, asset_id)
    check_version(asset.version, if_version)
    owner = {name: given.get(name) for name in sorted(OWNED)}
    await check_owner(session, owner["contact_id"], owner["company_id"])
    changed = asset.change(owner)
    if changed:
        moment = given.get("transferred_at") or now()
        await _end_ownership(session, asset, moment)
        _owned_from(session, asset, moment, given.get("note"))
        await _store(session, asset, changed)
    return asset


async def delete_asset(session: AsyncSession, asset_id: UUID, *, if_version: int | None = None) -> None:
    """Softly; its serial becomes free. Raises AssetNotFound, AssetDeleted, VersionMismatch."""
    asset = await load_asset(session, asset_id)
    check_version(asset.version, if_version)
    asset.deleted_at = now()
    await session.flush()
    await recompute(session, [asset.id])
    stage(session, events.AssetDeleted(asset_id=asset.id, version=asset.version, deleted_at=asset.deleted_at))


async def load_asset(session: AsyncSession, asset_id: UUID) -> Asset:
    """Locked. Raises AssetNotFound, AssetDeleted."""
    return await lock_live(session, Asset, asset_id, AssetNotFound, AssetDeleted)


async def find_by_serial(session: AsyncSession, brand_key: str, serial_key: str) -> Asset | None:
    """The live asset with this serial, locked."""
    tenant_id = session.info["context"].tenant_id
    query = select(Asset).where(
        Asset.tenant_id == tenant_id,
        Asset.brand_key == brand_key,
        Asset.serial_key == serial_key,
        Asset.deleted_at.is_(None),
    )
    found: Asset | None = await session.scalar(query.with_for_update(), execution_options={"populate_existing": True})
    return found


async def _store(session: AsyncSession, asset: Asset, changed: list[str]) -> None:
    await flush(session, PROBLEMS)
    if SERVICE_DEPENDS_ON.intersection(changed):
        await recompute(session, [asset.id])
    stage(session, events.AssetUpdated.of(asset, changed))


def _owned_from(session: AsyncSession, asset: Asset, moment: datetime, note: str | None) -> None:
    owner = {"contact_id": asset.contact_id, "company_id": asset.company_id}
    session.add(AssetOwnership(tenant_id=asset.tenant_id, asset_id=asset.id, since=moment, note=note, **owner))


async def _end_ownership(session: AsyncSession, asset: Asset, moment: datetime) -> None:
    mine = (AssetOwnership.tenant_id == asset.tenant_id, AssetOwnership.asset_id == asset.id)
    present = await session.scalar(select(AssetOwnership).where(*mine, AssetOwnership.until.is_(None)))
    if present is None:
        return
    if moment < present.since:
        detail = f"The present owner has had it since {present.since.isoformat()}. Give a later moment."
        raise TransferTooEarly(detail, errors=[FieldError("transfer_too_early", detail, pointer="/transferred_at")])
    present.until = moment
    await session.flush()


def _serial_taken() -> SerialTaken:
    detail = "An asset of this brand has this serial number. Change or transfer that one."
    return SerialTaken(detail, errors=[FieldError("serial_taken", detail, pointer="/serial")])


PROBLEMS = {"serial": _serial_taken}
