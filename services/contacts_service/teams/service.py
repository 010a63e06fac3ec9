"""Commands on teams."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.teams import events
from contacts_service.teams.models import MAX_TEAMS, Team, TeamDeleted, TeamNotFound, TeamRole, TooManyTeams
from shared.db.locks import lock_live, refuse_more
from shared.db.record import now
from shared.db.refusals import flush
from shared.db.versions import check_version
from shared.messaging import stage


async def create_team(session: AsyncSession, given: Mapping[str, Any]) -> Team:
    """Raises IdTaken, TooManyTeams."""
    await refuse_more(session, Team, MAX_TEAMS, TooManyTeams)
    team = Team(name=given["name"], **({"id": given["id"]} if given.get("id") else {}))
    team.seat(given.get("members", ()))
    session.add(team)
    await flush(session)
    stage(session, events.TeamCreated.of(team))
    return team


async def update_team(
    session: AsyncSession, team_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> Team:
    """Raises TeamNotFound, TeamDeleted, VersionMismatch."""
    team = await _live(session, team_id)
    check_version(team.version, if_version)
    team.name = given.get("name", team.name)
    if "members" in given:
        team.seat(given["members"])
    return await _changed(session, team)


async def add_member(session: AsyncSession, team_id: UUID, user_id: UUID, role: TeamRole) -> Team:
    """Raises TeamNotFound, TeamDeleted, TooManyMembers."""
    team = await _live(session, team_id)
    team.add(user_id, role)
    return await _changed(session, team)


async def remove_member(session: AsyncSession, team_id: UUID, user_id: UUID) -> Team:
    """Raises TeamNotFound, TeamDeleted, NotAMember."""
    team = await _live(session, team_id)
    team.remove(user_id)
    return await _changed(session, team)


async def delete_team(session: AsyncSession, team_id: UUID, *, if_version: int | None = None) -> None:
    """Its members are let go, their customers stay theirs. Raises TeamNotFound, TeamDeleted, VersionMismatch."""
    team = await _live(session, team_id)
    check_version(team.version, if_version)
    team.deleted_at = now()
    team.seat([])
    await session.flush()
    stage(session, events.TeamDeleted(team_id=team.id, version=team.version, deleted_at=team.deleted_at))


async def _changed(session: AsyncSession, team: Team) -> Team:
    """A change that changes nothing leaves the version alone."""
    before = team.version
    await session.flush()
    if team.version != before:
        stage(session, events.TeamUpdated.of(team))
    return team


async def _live(session: AsyncSession, team_id: UUID) -> Team:
    return await lock_live(session, Team, team_id, TeamNotFound, TeamDeleted)
