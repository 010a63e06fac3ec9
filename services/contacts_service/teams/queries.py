"""Reads of teams."""

from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, cast, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from contacts_service.teams.models import Team, TeamDeleted, TeamNotFound
from shared.query import Collection, Field, Kind, Query, Reader

TEAMS = Team.__table__
MEMBERS = literal_column(
    "(select coalesce(jsonb_agg(jsonb_build_object('user_id', user_id,"
    " 'role', case when user_id = any(lead_ids) then 'lead' else 'member' end) order by place), '[]')"
    " from unnest(member_ids) with ordinality as member (user_id, place))",
    JSONB,
)
FIELDS = [
    Field("id", TEAMS.c.id, Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("team", String), Kind.TEXT, filterable=False),
    Field("version", TEAMS.c.version, Kind.INTEGER, filterable=False),
    Field("created_at", TEAMS.c.created_at, Kind.INSTANT, sortable=True, nullable=False),
    Field("updated_at", TEAMS.c.updated_at, Kind.INSTANT, sortable=True, nullable=False),
    Field("name", TEAMS.c.name, Kind.TEXT, sortable=True, nullable=False),
    Field("members", MEMBERS, Kind.TEXT, filterable=False),
    Field("member_ids", cast(TEAMS.c.member_ids, ARRAY(String)), Kind.TAGS, readable=False),
]
SHOWN = [field for field in FIELDS if field.readable]
COLLECTION = Collection("teams", TEAMS, FIELDS, where=[TEAMS.c.deleted_at.is_(None)], default_sort="name")
TEAM_BY_ID = Query(
    select(*(field.expression.label(field.name) for field in SHOWN), TEAMS.c.deleted_at).where(
        TEAMS.c.tenant_id == bindparam("tenant_id"), TEAMS.c.id == bindparam("id")
    )
)


async def get_team(reader: Reader, team_id: UUID) -> dict[str, Any]:
    """Raises TeamNotFound, TeamDeleted."""
    row = await reader.one_or_none(TEAM_BY_ID, id=team_id)
    if row is None:
        raise TeamNotFound(f"There is no team {team_id}.")
    team = dict(row)
    if team.pop("deleted_at") is not None:
        raise TeamDeleted(f"Team {team_id} was deleted.")
    return team
