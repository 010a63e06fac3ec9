"""/v1/assets/{id}/readings"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.assets.queries import list_of_asset
from contacts_service.usage_readings import queries, service
from contacts_service.usage_readings.batch import record_rows
from contacts_service.usage_readings.schemas import ReadingCreate, ReadingList, ReadingRead, Readings
from shared.web import APIRouter, CursorsDep, ReaderDep, SessionDep, listed, requires
from shared.web.batches import BatchResults, batch_response
from shared.web.lists import ListParams, list_params, list_request
from shared.web.responses import json_response
from shared.web.route import BATCH_BODY_BYTES

LOCATION = "/v1/assets"
router = APIRouter(prefix=LOCATION, tags=["assets"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]

if TYPE_CHECKING:
    ReadingFilters = ListParams
else:
    ReadingFilters = list_params("ReadingFilters", queries.COLLECTION, ListParams)


@router.post("/{asset_id}/readings", status_code=201, response_model=ReadingRead, dependencies=WRITE)
async def record_reading(session: SessionDep, asset_id: UUID, body: ReadingCreate) -> Response:
    """Record a reading. Its due services are forecast anew. 422 `reading_went_down` unless it says why it may."""
    row = await service.record_reading(session, asset_id, body.row())
    made = ReadingRead.model_validate(row).model_dump(mode="json")
    return json_response(made, 201, {"Location": f"{LOCATION}/{asset_id}/readings/{made['id']}"})


@router.get("/{asset_id}/readings", response_model=ReadingList, dependencies=READ)
async def list_readings(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    asset_id: UUID,
    params: Annotated[ReadingFilters, Query()],
) -> Response:
    """List an asset's readings. The newest first, those that a correction set aside among them."""
    asked = list_request(queries.COLLECTION, params)
    return listed(request, await list_of_asset(reader, cursors, queries.COLLECTION, asked, asset_id))


@router.get("/{asset_id}/readings/{reading_id}", response_model=ReadingRead, dependencies=READ)
async def get_reading(reader: ReaderDep, asset_id: UUID, reading_id: UUID) -> Response:
    """Get a reading. Only whether it counts changes: a later correction may set it aside."""
    return json_response(await queries.get_reading(reader, asset_id, reading_id))


@router.post(
    "/readings/batch",
    response_model=BatchResults,
    responses={207: {"model": BatchResults}},
    dependencies=WRITE,
    max_body_size=BATCH_BODY_BYTES,
)
async def record_readings(request: Request, session: SessionDep, body: Readings) -> Response:
    """Record many readings. Up to 1000 of any assets, as telematics sends them; 207 if some were refused."""
    return batch_response(request, await record_rows(session, body.rows))
