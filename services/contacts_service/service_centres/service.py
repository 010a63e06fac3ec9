"""Commands on service centres and holidays."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.assets.references import check_owner
from contacts_service.assets.service import load_asset
from contacts_service.service_centres.events import CentreRecommended
from contacts_service.service_centres.models import (
    Holiday,
    ServiceCentre,
    ServiceCentreDeleted,
    ServiceCentreNotFound,
)
from shared.db.locks import lock_live
from shared.db.record import now
from shared.db.refusals import flush
from shared.db.versions import check_version
from shared.messaging.outbox import stage


async def create_centre(session: AsyncSession, given: Mapping[str, Any]) -> ServiceCentre:
    """Raises IdTaken."""
    centre = ServiceCentre(name="")
    centre.change({name: value for name, value in given.items() if name != "id" or value is not None})
    session.add(centre)
    await flush(session)
    return centre


async def update_centre(
    session: AsyncSession, centre_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> ServiceCentre:
    """A merge patch. Raises ServiceCentreNotFound, ServiceCentreDeleted, VersionMismatch."""
    centre = await _load(session, centre_id)
    check_version(centre.version, if_version)
    centre.change(given)
    await session.flush()
    return centre


async def delete_centre(session: AsyncSession, centre_id: UUID, *, if_version: int | None = None) -> None:
    """Softly. Raises ServiceCentreNotFound, ServiceCentreDeleted, VersionMismatch."""
    centre = await _load(session, centre_id)
    check_version(centre.version, if_version)
    centre.deleted_at, centre.latitude_row = now(), None
    await session.flush()


async def replace_holidays(session: AsyncSession, holidays: Sequence[Mapping[str, Any]]) -> None:
    """All of the tenant's, by what is given."""
    tenant_id = session.info["context"].tenant_id
    await session.execute(delete(Holiday).where(Holiday.tenant_id == tenant_id))
    session.add_all(Holiday(tenant_id=tenant_id, on_day=each["on"], name=each["name"]) for each in holidays)
    await session.flush()


async def recommend_centre(session: AsyncSession, centre_id: UUID, given: Mapping[str, Any]) -> CentreRecommended:
    """Raises ServiceCentreNotFound, ServiceCentreDeleted, UnknownOwner, AssetNotFound, AssetDeleted."""
    centre = await _load(session, centre_id)
    await check_owner(session, given["contact_id"], None)
    if given["asset_id"] is not None:
        await load_asset(session, given["asset_id"])
    fact = CentreRecommended(centre_id=centre.id, centre_name=centre.name, recommended_at=now(), **given)
    stage(session, fact)
    return fact


async def _load(session: AsyncSession, centre_id: UUID) -> ServiceCentre:
    return await lock_live(session, ServiceCentre, centre_id, ServiceCentreNotFound, ServiceCentreDeleted)
