"""Commands on territories."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.territories.models import (
    MAX_TERRITORIES,
    Territory,
    TerritoryDeleted,
    TerritoryNotFound,
    TooManyTerritories,
    UnknownTeam,
)
from shared.db.locks import lock_name, lock_record
from shared.db.record import now
from shared.db.versions import check_version
from shared.errors import ConflictError, FieldError, SamphanError


class IdTaken(ConflictError):
    code = "id_taken"
    title = ("The id is taken", "รหัสนี้มีอยู่แล้ว")


async def create_territory(session: AsyncSession, given: Mapping[str, Any]) -> Territory:
    """Raises TwoHolders, UnknownTeam, IdTaken, TooManyTerritories."""
    await _refuse_too_many(session)
    territory = Territory()
    territory.change({name: value for name, value in given.items() if name != "id" or value is not None})
    session.add(territory)
    await _flush(session)
    return territory


async def update_territory(
    session: AsyncSession, territory_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> Territory:
    """Raises TerritoryNotFound, TerritoryDeleted, VersionMismatch, TwoHolders, UnknownTeam."""
    territory = await _live(session, territory_id)
    check_version(territory.version, if_version)
    territory.change(dict(given))
    await _flush(session)
    return territory


async def delete_territory(session: AsyncSession, territory_id: UUID, *, if_version: int | None = None) -> None:
    """Its customers keep their owners. Raises TerritoryNotFound, TerritoryDeleted, VersionMismatch."""
    territory = await _live(session, territory_id)
    check_version(territory.version, if_version)
    territory.deleted_at = now()
    await session.flush()


async def _live(session: AsyncSession, territory_id: UUID) -> Territory:
    territory = await lock_record(session, Territory, territory_id)
    if territory is None:
        raise TerritoryNotFound(f"There is no territory {territory_id}.")
    if territory.deleted_at is not None:
        raise TerritoryDeleted(f"Territory {territory_id} was deleted. Make a new one.")
    return territory


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        raise _problem(error) from error


def _problem(error: IntegrityError) -> SamphanError:
    if "team_id" in str(error.orig):
        detail = "There is no such team. Create it first, or leave team_id out."
        return UnknownTeam(detail, errors=[FieldError("unknown_team", detail, pointer="/team_id")])
    detail = "A record with this id exists already."
    return IdTaken(detail, errors=[FieldError("id_taken", detail, pointer="/id")])


async def _refuse_too_many(session: AsyncSession) -> None:
    await lock_name(session, "territories")
    tenant_id = session.info["context"].tenant_id
    counted = select(func.count()).where(Territory.tenant_id == tenant_id, Territory.deleted_at.is_(None))
    if (await session.scalar(counted) or 0) >= MAX_TERRITORIES:
        raise TooManyTerritories(f"There are {MAX_TERRITORIES} territories already. Delete one first.")
