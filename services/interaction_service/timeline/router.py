"""/v1/contacts/{contact_id}/timeline and what follows from it"""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from interaction_service.timeline import queries
from interaction_service.timeline.schemas import LastContact, Timeline, TimelineParams
from shared.web import APIRouter, CursorsDep, ReaderDep, listed, requires
from shared.web.responses import MOVED, json_response

router = APIRouter(prefix="/v1/contacts/{contact_id}", tags=["timeline"])
READ = [requires("interactions:read")]


@router.get("/timeline", response_model=Timeline, responses=MOVED, dependencies=READ)
async def get_timeline(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    contact_id: UUID,
    params: Annotated[TimelineParams, Query()],
) -> Response:
    """Get a contact's timeline. All that happened, newest first. 404 only if nobody ever heard of the contact."""
    page = await queries.get_timeline(
        reader, cursors, contact_id, types=params.types, limit=params.limit, cursor=params.cursor
    )
    return listed(request, page)


@router.get("/last-contact", response_model=LastContact, responses=MOVED, dependencies=READ)
async def get_last_contact(reader: ReaderDep, contact_id: UUID) -> Response:
    """Get the last contact. When, about what, how it was solved and by whom; nulls if never."""
    return json_response(dict(await queries.get_last_contact(reader, contact_id)))
