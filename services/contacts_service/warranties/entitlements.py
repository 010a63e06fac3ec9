"""Commands on entitlements."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.assets.service import load_asset
from contacts_service.warranties.models import (
    Entitlement,
    EntitlementDeleted,
    EntitlementNotFound,
    EntitlementUse,
    Warranty,
)
from contacts_service.warranties.terms import day_in
from shared.db.locks import lock_live
from shared.db.record import now
from shared.db.versions import check_version


async def grant(session: AsyncSession, warranty: Warranty, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Those that come with a warranty last as long as it."""
    for each in wanted:
        session.add(
            Entitlement(
                asset_id=warranty.asset_id,
                warranty_id=warranty.id,
                name=each["name"],
                uses_total=each["uses_total"],
                starts_on=warranty.starts_on,
                ends_on=warranty.ends_on,
                time_zone=warranty.time_zone,
            )
        )
    await session.flush()


async def withdraw(session: AsyncSession, warranty: Warranty) -> None:
    query = select(Entitlement).where(
        Entitlement.tenant_id == warranty.tenant_id,
        Entitlement.warranty_id == warranty.id,
        Entitlement.deleted_at.is_(None),
    )
    for each in await session.scalars(query):
        each.deleted_at = warranty.deleted_at
    await session.flush()


async def create_entitlement(session: AsyncSession, asset_id: UUID, given: Mapping[str, Any]) -> Entitlement:
    """Without `starts_on`, from today. Raises AssetNotFound, AssetDeleted."""
    asset = await load_asset(session, asset_id)
    values = {**given, "starts_on": given["starts_on"] or day_in(given["time_zone"], now())}
    entitlement = Entitlement(asset_id=asset.id, **values)
    session.add(entitlement)
    await session.flush()
    return entitlement


async def use_entitlement(session: AsyncSession, entitlement_id: UUID, given: Mapping[str, Any]) -> Entitlement:
    """One use; with a `reference` that was used before, none.

    Raises EntitlementNotFound, EntitlementDeleted, EntitlementUsedUp, EntitlementNotValid.
    """
    entitlement = await _load(session, entitlement_id)
    reference = given.get("reference")
    if reference is not None and await _is_used(session, entitlement, reference):
        return entitlement
    used_at = given.get("used_at") or now()
    entitlement.use(day_in(entitlement.time_zone, used_at))
    ids = {"tenant_id": entitlement.tenant_id, "entitlement_id": entitlement.id}
    session.add(EntitlementUse(**ids, used_at=used_at, reference=reference, note=given.get("note")))
    await session.flush()
    return entitlement


async def delete_entitlement(session: AsyncSession, entitlement_id: UUID, *, if_version: int | None = None) -> None:
    """Softly. Raises EntitlementNotFound, EntitlementDeleted, VersionMismatch."""
    entitlement = await _load(session, entitlement_id)
    check_version(entitlement.version, if_version)
    entitlement.deleted_at = now()
    await session.flush()


async def _load(session: AsyncSession, entitlement_id: UUID) -> Entitlement:
    return await lock_live(session, Entitlement, entitlement_id, EntitlementNotFound, EntitlementDeleted)


async def _is_used(session: AsyncSession, entitlement: Entitlement, reference: str) -> bool:
    query = select(EntitlementUse.id).where(
        EntitlementUse.tenant_id == entitlement.tenant_id,
        EntitlementUse.entitlement_id == entitlement.id,
        EntitlementUse.reference == reference,
    )
    return await session.scalar(query) is not None
