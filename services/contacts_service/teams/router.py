"""/v1/teams"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.teams import queries, service
from contacts_service.teams.schemas import MemberWrite, TeamCreate, TeamList, TeamRead, TeamUpdate
from shared.web import (
    APIRouter,
    CursorsDep,
    IfMatch,
    IfNoneMatch,
    ReaderDep,
    SessionDep,
    created,
    listed,
    no_content,
    requires,
    updated,
)
from shared.web.lists import ListParams, list_params, list_request
from shared.web.responses import record

LOCATION = "/v1/teams"
router = APIRouter(prefix=LOCATION, tags=["teams"])
READ = [requires("contacts:read")]
ASSIGN = [requires("contacts:assign")]

if TYPE_CHECKING:
    TeamFilters = ListParams
else:
    TeamFilters = list_params("TeamFilters", queries.COLLECTION, ListParams)


@router.post("", status_code=201, response_model=TeamRead, dependencies=ASSIGN)
async def create_team(session: SessionDep, body: TeamCreate) -> Response:
    """Create a team. Its members see each other's customers if their visibility is `team`."""
    return created(await service.create_team(session, body.given()), TeamRead, location=LOCATION)


@router.get("", response_model=TeamList, dependencies=READ)
async def list_teams(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[TeamFilters, Query()]
) -> Response:
    """List teams. `member_ids[contains]` gives those of one user."""
    return listed(request, await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params)))


@router.get("/{team_id}", response_model=TeamRead, dependencies=READ)
async def get_team(reader: ReaderDep, team_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get a team. 410 `resource_deleted`."""
    return record(await queries.get_team(reader, team_id), if_none_match)


@router.patch("/{team_id}", response_model=TeamRead, dependencies=ASSIGN)
async def update_team(session: SessionDep, team_id: UUID, body: TeamUpdate, if_match: IfMatch) -> Response:
    """Change a team. Only what the body names changes; `members` replaces them all."""
    return updated(await service.update_team(session, team_id, body.given(), if_version=if_match), TeamRead)


@router.delete("/{team_id}", status_code=204, dependencies=ASSIGN)
async def delete_team(session: SessionDep, team_id: UUID, if_match: IfMatch) -> Response:
    """Delete a team. Its members keep their customers, and see each other's no more."""
    await service.delete_team(session, team_id, if_version=if_match)
    return no_content()


@router.post("/{team_id}/members", response_model=TeamRead, dependencies=ASSIGN)
async def add_member(session: SessionDep, team_id: UUID, body: MemberWrite) -> Response:
    """Add somebody to a team. Who is in it already gets the given role."""
    return updated(await service.add_member(session, team_id, body.user_id, body.role), TeamRead)


@router.delete("/{team_id}/members/{user_id}", response_model=TeamRead, dependencies=ASSIGN)
async def remove_member(session: SessionDep, team_id: UUID, user_id: UUID) -> Response:
    """Remove somebody from a team. 404 `not_a_member`."""
    return updated(await service.remove_member(session, team_id, user_id), TeamRead)
