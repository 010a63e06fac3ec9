"""/v1/service-centres"""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.places.geography import Position
from contacts_service.service_centres import queries, service
from contacts_service.service_centres.models import PositionRequired
from contacts_service.service_centres.nearest import Search, find_nearest
from contacts_service.service_centres.positions import Located, position_of_asset, position_of_contact
from contacts_service.service_centres.schemas import (
    CentreCreate,
    CentreList,
    CentreRead,
    CentresNearest,
    CentreUpdate,
    HolidaysRead,
    HolidaysReplace,
    NearestParams,
    RecommendCentre,
    RecommendedCentre,
)
from shared.db.record import now
from shared.errors import FieldError
from shared.instants import rfc3339
from shared.query import Reader
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
    record,
    requires,
    updated,
)
from shared.web.lists import ListParams, list_params, list_request
from shared.web.responses import json_response

LOCATION = "/v1/service-centres"
router = APIRouter(prefix=LOCATION, tags=["service-centres"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]

if TYPE_CHECKING:
    CentreFilters = ListParams
else:
    CentreFilters = list_params("CentreFilters", queries.COLLECTION, ListParams)


@router.post("", status_code=201, response_model=CentreRead, dependencies=WRITE)
async def create_service_centre(session: SessionDep, body: CentreCreate) -> Response:
    """Create a service centre. Where it is, when it is open, what it can do."""
    return created(await service.create_centre(session, body.given()), CentreRead, location=LOCATION)


@router.get("", response_model=CentreList, dependencies=READ)
async def list_service_centres(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[CentreFilters, Query()]
) -> Response:
    """List service centres. By any filter, 50 a page."""
    return listed(request, await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params)))


@router.get("/nearest", response_model=CentresNearest, responses={404: {}, 410: {}}, dependencies=READ)
async def find_nearest_service_centres(reader: ReaderDep, params: Annotated[NearestParams, Query()]) -> Response:
    """Find the nearest service centres. By great-circle distance from a contact, an asset or a position.

    Distances are at most 0.56 % off. With `open_at` those that are open then, `closed` telling which were passed over
    and when they open. 422 `position_unknown` if nothing near was ever given a position.
    """
    place = await _place(reader, params)
    moment = now() if params.open_at is None or params.open_at == "now" else params.open_at
    search = Search(
        here=place.position,
        radius_km=params.radius_km,
        limit=params.limit,
        moment=moment,
        only_open=params.open_at is not None,
        capabilities=(params.capability or "").split(",") if params.capability else [],
    )
    found = await find_nearest(reader, search, await queries.holidays(reader))
    body = {"position": place.position._asdict(), "position_source": place.source, "moment": rfc3339(moment)}
    return json_response({**body, "data": found.data, "closed": found.closed, "is_complete": found.is_complete})


@router.get("/holidays", response_model=HolidaysRead, dependencies=READ)
async def list_holidays(reader: ReaderDep) -> Response:
    """List holidays. On which the centres are closed, unless they are open on holidays or say otherwise of the day."""
    return json_response({"data": await queries.list_holidays(reader)})


@router.put("/holidays", response_model=HolidaysRead, dependencies=WRITE)
async def replace_holidays(session: SessionDep, body: HolidaysReplace) -> Response:
    """Replace the holidays. By those given: the tenant's own list, as its country and its business have them."""
    given = sorted((each.model_dump(mode="json") for each in body.data), key=lambda each: str(each["on"]))
    await service.replace_holidays(session, [each.model_dump() for each in body.data])
    return json_response({"data": given})


@router.get("/{centre_id}", response_model=CentreRead, dependencies=READ)
async def get_service_centre(reader: ReaderDep, centre_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get a service centre. 410 `resource_deleted`."""
    return record(await queries.get_centre(reader, centre_id), if_none_match)


@router.patch("/{centre_id}", response_model=CentreRead, dependencies=WRITE)
async def update_service_centre(
    session: SessionDep, centre_id: UUID, body: CentreUpdate, if_match: IfMatch
) -> Response:
    """Change a service centre. Only what the body names changes (merge patch); lists are replaced."""
    return updated(await service.update_centre(session, centre_id, body.given(), if_version=if_match), CentreRead)


@router.delete("/{centre_id}", status_code=204, dependencies=WRITE)
async def delete_service_centre(session: SessionDep, centre_id: UUID, if_match: IfMatch) -> Response:
    """Delete a service centre. Services that were done there stay known."""
    await service.delete_centre(session, centre_id, if_version=if_match)
    return no_content()


@router.post("/{centre_id}/recommendations", response_model=RecommendedCentre, dependencies=WRITE)
async def recommend_service_centre(session: SessionDep, centre_id: UUID, body: RecommendCentre) -> Response:
    """Recommend a service centre to a contact. Kept as the event `contacts.centre.recommended.v1`."""
    fact = await service.recommend_centre(session, centre_id, body.model_dump())
    return json_response(RecommendedCentre.model_validate(fact).model_dump(mode="json"))


async def _place(reader: Reader, params: NearestParams) -> Located:
    """Raises PositionRequired, PositionUnknown, ContactNotFound, AssetNotFound."""
    given: list[Any] = [params.contact_id, params.asset_id, params.latitude]
    is_whole = (params.latitude is None) == (params.longitude is None)
    if sum(each is not None for each in given) != 1 or not is_whole:
        detail = "Give contact_id, asset_id, or latitude and longitude: one of the three."
        raise PositionRequired(detail, errors=[FieldError("position_required", detail, parameter="contact_id")])
    if params.contact_id is not None:
        return await position_of_contact(reader, params.contact_id)
    if params.asset_id is not None:
        return await position_of_asset(reader, params.asset_id)
    assert params.latitude is not None
    assert params.longitude is not None
    return Located(Position(params.latitude, params.longitude), "given")
