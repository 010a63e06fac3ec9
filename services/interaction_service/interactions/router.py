"""/v1/interactions"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from interaction_service.interactions import queries, service
from interaction_service.interactions.batch import change_one, create_all
from interaction_service.interactions.schemas import (
    InteractionCreate,
    InteractionList,
    InteractionRead,
    InteractionUpdate,
)
from interaction_service.known_contacts.expansions import EXPANSIONS
from shared.web import (
    APIRouter,
    CursorsDep,
    IfMatch,
    IfNoneMatch,
    ReaderDep,
    SessionDep,
    UpsertMatch,
    created,
    listed,
    no_content,
    requires,
    updated,
)
from shared.web.batches import Batch, BatchResults, batch_response, run_batch
from shared.web.expanded import ExpandParam, expanded_record
from shared.web.lists import ListParams, SearchBody, list_params, list_request, search_request
from shared.web.route import BATCH_BODY_BYTES
from shared.web.types import SystemName

LOCATION = "/v1/interactions"
router = APIRouter(prefix=LOCATION, tags=["interactions"])
READ = [requires("interactions:read")]
WRITE = [requires("interactions:write")]
ExternalIdPath = Annotated[str, Path(min_length=1, max_length=200)]

if TYPE_CHECKING:
    InteractionFilters = ListParams
else:
    InteractionFilters = list_params("InteractionFilters", queries.COLLECTION, ListParams)


@router.post("", status_code=201, response_model=InteractionRead, dependencies=WRITE)
async def create_interaction(session: SessionDep, body: InteractionCreate) -> Response:
    """Log an interaction. The contact may not be known here yet. 409 `external_id_taken`."""
    return created(await service.log_interaction(session, body.given()), InteractionRead, location=LOCATION)


@router.get("", response_model=InteractionList, dependencies=READ)
async def list_interactions(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    params: Annotated[InteractionFilters, Query()],
) -> Response:
    """List interactions. By any filter and sort, newest first, 50 a page; `open=true`: those with a follow-up to do."""
    page = await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params))
    return listed(request, page)


@router.post("/search", response_model=InteractionList, dependencies=READ)
async def search_interactions(request: Request, reader: ReaderDep, cursors: CursorsDep, body: SearchBody) -> Response:
    """Search interactions. By a tree of conditions."""
    page = await queries.COLLECTION.page(reader, cursors, search_request(queries.COLLECTION, body))
    return listed(request, page)


@router.post(
    "/batch",
    response_model=BatchResults,
    responses={207: {"model": BatchResults}},
    dependencies=WRITE,
    max_body_size=BATCH_BODY_BYTES,
)
async def batch_interactions(request: Request, session: SessionDep, body: Batch) -> Response:
    """Change many interactions.

    Up to 200 changes; 200 if all succeeded, 207 if some failed; `atomic`: 422 and nothing changed if any failed.
    """
    return batch_response(request, await run_batch(session, body, create=create_all, change=change_one))


@router.get("/by-external-id/{system}/{external_id:path}", response_model=InteractionRead, dependencies=READ)
async def get_interaction_by_external_id(
    reader: ReaderDep,
    system: SystemName,
    external_id: ExternalIdPath,
    if_none_match: IfNoneMatch = None,
    expand: ExpandParam = None,
) -> Response:
    """Get an interaction by its id in another system."""
    interaction = await queries.get_by_external_id(reader, system, external_id)
    return await expanded_record(reader, interaction, EXPANSIONS, expand, if_none_match)


@router.put(
    "/by-external-id/{system}/{external_id:path}",
    response_model=InteractionRead,
    responses={201: {"model": InteractionRead}},
    dependencies=WRITE,
)
async def upsert_interaction(
    session: SessionDep, system: SystemName, external_id: ExternalIdPath, body: InteractionCreate, if_match: UpsertMatch
) -> Response:
    """Create or change an interaction by its id in another system. 201 if it is new.

    `If-Match` changes that version only (412), `If-None-Match: *` creates only (412 `already_exists`).
    """
    interaction, is_new = await service.upsert_by_external_id(
        session, system, external_id, body.given(), if_version=if_match
    )
    if is_new:
        return created(interaction, InteractionRead, location=LOCATION)
    return updated(interaction, InteractionRead)


@router.get("/{interaction_id}", response_model=InteractionRead, dependencies=READ)
async def get_interaction(
    reader: ReaderDep, interaction_id: UUID, if_none_match: IfNoneMatch = None, expand: ExpandParam = None
) -> Response:
    """Get an interaction. 410 `resource_deleted`."""
    interaction = await queries.get_interaction(reader, interaction_id)
    return await expanded_record(reader, interaction, EXPANSIONS, expand, if_none_match)


@router.patch("/{interaction_id}", response_model=InteractionRead, dependencies=WRITE)
async def update_interaction(
    session: SessionDep, interaction_id: UUID, body: InteractionUpdate, if_match: IfMatch
) -> Response:
    """Change an interaction.

    Only what the body names changes (merge patch). 412 if `If-Match` names an older version.
    """
    changed = await service.update_interaction(session, interaction_id, body.given(), if_version=if_match)
    return updated(changed, InteractionRead)


@router.delete("/{interaction_id}", status_code=204, dependencies=WRITE)
async def delete_interaction(session: SessionDep, interaction_id: UUID, if_match: IfMatch) -> Response:
    """Delete an interaction. `restore` brings it back."""
    await service.delete_interaction(session, interaction_id, if_version=if_match)
    return no_content()


@router.post("/{interaction_id}/restore", response_model=InteractionRead, dependencies=WRITE)
async def restore_interaction(session: SessionDep, interaction_id: UUID) -> Response:
    """Restore an interaction. It must have been deleted. 409 if another one has its external id by now."""
    return updated(await service.restore_interaction(session, interaction_id), InteractionRead)
