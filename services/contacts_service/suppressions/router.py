"""/v1/suppressed-addresses"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from contacts_service.suppressions import queries, service
from contacts_service.suppressions.deps import DigestsDep
from contacts_service.suppressions.schemas import (
    SuppressionList,
    SuppressionLookup,
    SuppressionsCreate,
    SuppressionsFound,
)
from shared.web import APIRouter, CursorsDep, ReaderDep, SessionDep, listed, no_content, requires
from shared.web.lists import ListParams, list_params, list_request
from shared.web.responses import json_response

router = APIRouter(prefix="/v1/suppressed-addresses", tags=["suppressed-addresses"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]

if TYPE_CHECKING:
    SuppressionFilters = ListParams
else:
    SuppressionFilters = list_params("SuppressionFilters", queries.COLLECTION, ListParams)


@router.post("", status_code=204, dependencies=WRITE)
async def suppress_addresses(session: SessionDep, digests: DigestsDep, body: SuppressionsCreate) -> Response:
    """Suppress up to 1000 addresses. Nobody is contacted by them, whoever has them now or later.

    Of each address only a keyed hash is kept. Safe to repeat.
    """
    wanted = [
        service.Suppression(each.address, each.channel.value, reason=each.reason, source=each.source)
        for each in body.addresses
    ]
    await service.suppress(session, digests, wanted)
    return no_content()


@router.get("", response_model=SuppressionList, dependencies=READ)
async def list_suppressions(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[SuppressionFilters, Query()]
) -> Response:
    """List suppressed addresses. Without the addresses, which are not kept."""
    page = await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params))
    return listed(request, page)


@router.post("/search", response_model=SuppressionsFound, dependencies=READ)
async def find_suppressions(reader: ReaderDep, digests: DigestsDep, body: SuppressionLookup) -> Response:
    """Find what is suppressed of up to 1000 addresses."""
    found = await queries.suppressed(reader, digests, [each.address for each in body.addresses])
    data = [
        {"index": index, "suppressions": found[each.address]}
        for index, each in enumerate(body.addresses)
        if each.address in found
    ]
    return json_response({"data": data})


@router.delete("/{suppression_id}", status_code=204, dependencies=WRITE)
async def lift_suppression(session: SessionDep, suppression_id: UUID) -> Response:
    """Allow an address again. Only when its owner asked for it."""
    await service.lift(session, suppression_id)
    return no_content()
