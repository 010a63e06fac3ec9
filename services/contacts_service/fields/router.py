"""/v1/fields"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.fields import queries, service
from contacts_service.fields.schemas import FieldCreate, FieldList, FieldRead, FieldUpdate
from shared.operations import accepted
from shared.operations.schemas import OperationRead
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

LOCATION = "/v1/fields"
router = APIRouter(prefix=LOCATION, tags=["fields"])
READ = [requires("contacts:read")]
CONFIGURE = [requires("contacts:configure")]

if TYPE_CHECKING:
    FieldFilters = ListParams
else:
    FieldFilters = list_params("FieldFilters", queries.COLLECTION, ListParams)


@router.post("", status_code=201, response_model=FieldRead, dependencies=CONFIGURE)
async def create_field(session: SessionDep, body: FieldCreate) -> Response:
    """Define a custom field. Of contacts or companies: then their `custom_fields` can have a value under its key.

    409 `field_key_taken`, also by an archived field; 409 `too_many_fields` beyond 200 of a record type. `required` is
    asked of new records, from the API and from imports; records that are there may stay without, but not lose a value.
    """
    return created(await service.create_field(session, body.model_dump()), FieldRead, location=LOCATION)


@router.get("", response_model=FieldList, dependencies=READ)
async def list_fields(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[FieldFilters, Query()]
) -> Response:
    """List custom fields. Those of contacts: `?record_type=contact`. Archived ones are not listed."""
    return listed(request, await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params)))


@router.get("/{field_id}", response_model=FieldRead, dependencies=READ)
async def get_field(reader: ReaderDep, field_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get a custom field. 410 `resource_deleted` if it is archived."""
    return record(await queries.get_field(reader, field_id), if_none_match)


@router.patch("/{field_id}", response_model=FieldRead, dependencies=CONFIGURE)
async def update_field(session: SessionDep, field_id: UUID, body: FieldUpdate, if_match: IfMatch) -> Response:
    """Change a custom field. Values that records have stay as they are; options are retired, not left out."""
    return updated(await service.update_field(session, field_id, body.given(), if_version=if_match), FieldRead)


@router.delete("/{field_id}", status_code=204, dependencies=CONFIGURE)
async def archive_field(session: SessionDep, field_id: UUID, if_match: IfMatch) -> Response:
    """Archive a custom field. Its values stay, but no new ones can be given; `restore` brings it back."""
    await service.archive_field(session, field_id, if_version=if_match)
    return no_content()


@router.post("/{field_id}/restore", response_model=FieldRead, dependencies=CONFIGURE)
async def restore_field(session: SessionDep, field_id: UUID) -> Response:
    """Restore a custom field. It must have been archived."""
    return updated(await service.restore_field(session, field_id), FieldRead)


@router.post("/{field_id}/index", status_code=202, response_model=OperationRead, dependencies=CONFIGURE)
async def index_field(session: SessionDep, field_id: UUID) -> Response:
    """Index a custom field. Lists by it are then fast at any size; records can be written meanwhile.

    409 `too_many_indexes` beyond 20 of a record type.
    """
    return accepted(await service.start_index(session, field_id))


@router.delete("/{field_id}/index", status_code=202, response_model=OperationRead, dependencies=CONFIGURE)
async def drop_field_index(session: SessionDep, field_id: UUID) -> Response:
    """Remove the index of a custom field. 409 `index_needed` if the field is unique."""
    return accepted(await service.drop_index(session, field_id))
