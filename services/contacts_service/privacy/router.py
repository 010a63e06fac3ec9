"""/v1/privacy-requests"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.privacy import queries, service
from contacts_service.privacy.schemas import PrivacyRequestCreate, PrivacyRequestList, PrivacyRequestRead, Receipt
from shared.web import (
    APIRouter,
    CursorsDep,
    IfNoneMatch,
    ReaderDep,
    SessionDep,
    created,
    listed,
    record,
    requires,
    updated,
)
from shared.web.lists import ListParams, list_params, list_request
from shared.web.responses import json_response

LOCATION = "/v1/privacy-requests"
router = APIRouter(prefix=LOCATION, tags=["privacy_requests"])
READ = [requires("privacy:read")]
WRITE = [requires("privacy:write")]

if TYPE_CHECKING:
    PrivacyRequestFilters = ListParams
else:
    PrivacyRequestFilters = list_params("PrivacyRequestFilters", queries.COLLECTION, ListParams)


@router.post("", status_code=202, response_model=PrivacyRequestRead, dependencies=WRITE)
async def create_privacy_request(session: SessionDep, body: PrivacyRequestCreate) -> Response:
    """Ask for a person's erasure or data. All services are asked; `services` tells how far each is.

    An erasure cannot be undone: `start_at` in the future leaves time to cancel it.
    """
    answer = created(await service.create_request(session, body.model_dump()), PrivacyRequestRead, location=LOCATION)
    answer.status_code = 202
    return answer


@router.get("", response_model=PrivacyRequestList, dependencies=READ)
async def list_privacy_requests(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[PrivacyRequestFilters, Query()]
) -> Response:
    """List privacy requests. The newest first."""
    return listed(request, await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params)))


@router.get("/{privacy_request_id}", response_model=PrivacyRequestRead, dependencies=READ)
async def get_privacy_request(
    reader: ReaderDep, privacy_request_id: UUID, if_none_match: IfNoneMatch = None
) -> Response:
    """Get a privacy request. What each service has done, in rows by table."""
    return record(await queries.get_request(reader, privacy_request_id), if_none_match)


@router.post("/{privacy_request_id}/cancel", response_model=PrivacyRequestRead, dependencies=WRITE)
async def cancel_privacy_request(session: SessionDep, privacy_request_id: UUID) -> Response:
    """Cancel a privacy request. 409 `privacy_request_started` once it has begun."""
    return updated(await service.cancel_request(session, privacy_request_id), PrivacyRequestRead)


@router.get("/{privacy_request_id}/receipt", response_model=Receipt, dependencies=READ)
async def get_receipt(request: Request, session: SessionDep, privacy_request_id: UUID) -> Response:
    """Get the receipt. What was done when, signed; nothing in it is about the person.

    409 `privacy_request_not_completed` before.
    """
    secret = request.app.state.settings.cursor_secret.get_secret_value()
    return json_response(await queries.get_receipt(session, privacy_request_id, secret))
