"""What teams tell the other services: who sees whose customers."""

from datetime import datetime
from typing import Self
from uuid import UUID

from contacts_service.teams.models import Team
from shared.messaging.event import Event


class TeamState(Event):
    """A team as it is now, with all its members."""

    team_id: UUID
    version: int
    name: str
    member_ids: list[UUID]
    lead_ids: list[UUID]
    updated_at: datetime

    @classmethod
    def of(cls, team: Team) -> Self:
        return cls(
            team_id=team.id,
            version=team.version,
            name=team.name,
            member_ids=team.member_ids,
            lead_ids=team.lead_ids,
            updated_at=team.updated_at,
        )


class TeamCreated(TeamState, type="contacts.team.created.v1", key="team_id"):
    """A team now exists."""


class TeamUpdated(TeamState, type="contacts.team.updated.v1", key="team_id"):
    """A team has another name, or other members."""


class TeamDeleted(Event, type="contacts.team.deleted.v1", key="team_id"):
    """A team is no more; nobody sees anything through it."""

    team_id: UUID
    version: int
    deleted_at: datetime


class TeamSnapshot(TeamState, type="contacts.team.snapshot.v1", key="team_id"):
    """The state of a team, told again: nothing happened. Readers keep the newest version."""


class TeamTombstone(TeamDeleted, type="contacts.team.tombstone.v1", key="team_id"):
    """That a team is deleted, told again: nothing happened. Readers keep the newest version."""


def tell_team(team: Team) -> TeamSnapshot | TeamTombstone:
    if team.deleted_at is None:
        return TeamSnapshot.of(team)
    return TeamTombstone(team_id=team.id, version=team.version, deleted_at=team.deleted_at)
