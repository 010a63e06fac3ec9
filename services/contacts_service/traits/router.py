"""/v1/contacts/{id}/traits, /v1/traits"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.traits import queries, service
from contacts_service.traits.schemas import TraitCreate, TraitList, TraitParams, TraitRead, TraitRows, TraitUpdate
from shared.web import (
    APIRouter,
    CursorsDep,
    IfMatch,
    ReaderDep,
    SessionDep,
    created,
    listed,
    no_content,
    record,
    requires,
    updated,
)
from shared.web.batches import BatchResults, batch_response
from shared.web.lists import list_params, list_request
from shared.web.route import BATCH_BODY_BYTES

LOCATION = "/v1/traits"
router = APIRouter(prefix="/v1", tags=["traits"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]

if TYPE_CHECKING:
    Filters = TraitParams
else:
    Filters = list_params("TraitFilters", queries.OF_ALL, TraitParams)
Params = Annotated[Filters, Query()]


@router.get("/contacts/{contact_id}/traits", response_model=TraitList, dependencies=READ)
async def list_contact_traits(
    request: Request, reader: ReaderDep, cursors: CursorsDep, contact_id: UUID, params: Params
) -> Response:
    """List the traits of a contact. Of each kind and name the one that counts now; `history` gives all."""
    asked = list_request(queries.OF_CONTACT, params)
    page = await queries.list_of_contact(reader, cursors, contact_id, asked, name=params.name, history=params.history)
    return listed(request, page)


@router.post(
    "/contacts/{contact_id}/traits",
    status_code=201,
    response_model=TraitRead,
    responses={200: {"model": TraitRead}},
    dependencies=WRITE,
)
async def observe_trait(session: SessionDep, contact_id: UUID, body: TraitCreate) -> Response:
    """Record a trait of a contact. 200 and no change if the same source has told it of the same instant already."""
    recorded = await service.observe(session, contact_id, body.model_dump())
    trait = await queries.just_written(session, recorded.id)
    return created(trait, TraitRead, location=LOCATION) if recorded.is_new else updated(trait, TraitRead)


@router.get("/traits", response_model=TraitList, dependencies=READ)
async def list_traits(request: Request, reader: ReaderDep, cursors: CursorsDep, params: Params) -> Response:
    """List the traits of all contacts. `kind=interest&name=coffee`: who has that interest now."""
    asked = list_request(queries.OF_ALL, params)
    return listed(request, await queries.list_traits(reader, cursors, asked, name=params.name, history=params.history))


@router.post(
    "/traits/batch",
    response_model=BatchResults,
    responses={207: {"model": BatchResults}},
    dependencies=WRITE,
    max_body_size=BATCH_BODY_BYTES,
)
async def observe_traits(request: Request, session: SessionDep, body: TraitRows) -> Response:
    """Record up to 1000 traits of many contacts.

    For those that are derived. What the same source has told of the same instant already stays as it is: its result is
    200, of a new one 201. A bad row fails alone: then 207, and its result says why.
    """
    return batch_response(request, await service.observe_all(session, body.rows))


@router.get("/traits/{trait_id}", response_model=TraitRead, dependencies=READ)
async def get_trait(reader: ReaderDep, trait_id: UUID) -> Response:
    """Get a trait. Also one that was withdrawn or superseded."""
    return record(await queries.get_trait(reader, trait_id))  # the ETag does not tell what counts now


@router.patch("/traits/{trait_id}", response_model=TraitRead, dependencies=WRITE)
async def correct_trait(session: SessionDep, trait_id: UUID, body: TraitUpdate, if_match: IfMatch) -> Response:
    """Correct a trait. Only what the body names changes; what stood there before stays in the history."""
    trait = await service.correct(session, trait_id, body.given(), if_version=if_match)
    return updated(await queries.just_written(session, trait.id), TraitRead)


@router.delete("/traits/{trait_id}", status_code=204, dependencies=WRITE)
async def withdraw_trait(session: SessionDep, trait_id: UUID, if_match: IfMatch) -> Response:
    """Withdraw a trait. It stays in the history."""
    await service.withdraw(session, trait_id, if_version=if_match)
    return no_content()
