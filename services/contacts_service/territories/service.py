"""Commands on territories."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.territories.models import (
    MAX_TERRITORIES,
    Territory,
    TerritoryDeleted,
    TerritoryNotFound,
    TooManyTerritories,
    UnknownTeam,
)
from shared.db.locks import lock_live, refuse_more
from shared.db.record import now
from shared.db.refusals import flush
from shared.db.versions import check_version
from shared.errors import FieldError


async def create_territory(session: AsyncSession, given: Mapping[str, Any]) -> Territory:
    """Raises TwoHolders, UnknownTeam, IdTaken, TooManyTerritories."""
    await refuse_more(session, Territory, MAX_TERRITORIES, TooManyTerritories)
    territory = Territory()
    territory.change({name: value for name, value in given.items() if name != "id" or value is not None})
    session.add(territory)
    await flush(session, PROBLEMS)
    return territory


async def update_territory(
    session: AsyncSession, territory_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> Territory:
    """Raises TerritoryNotFound, TerritoryDeleted, VersionMismatch, TwoHolders, UnknownTeam."""
    territory = await _live(session, territory_id)
    check_version(territory.version, if_version)
    territory.change(dict(given))
    await flush(session, PROBLEMS)
    return territory


async def delete_territory(session: AsyncSession, territory_id: UUID, *, if_version: int | None = None) -> None:
    """Its customers keep their owners. Raises TerritoryNotFound, TerritoryDeleted, VersionMismatch."""
    territory = await _live(session, territory_id)
    check_version(territory.version, if_version)
    territory.deleted_at = now()
    await session.flush()


async def _live(session: AsyncSession, territory_id: UUID) -> Territory:
    return await lock_live(session, Territory, territory_id, TerritoryNotFound, TerritoryDeleted)


def _unknown_team() -> UnknownTeam:
    detail = "There is no such team. Create it first, or leave team_id out."
    return UnknownTeam(detail, errors=[FieldError("unknown_team", detail, pointer="/team_id")])


PROBLEMS = {"team_id": _unknown_team}
