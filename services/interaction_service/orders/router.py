"""/v1/orders"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from interaction_service.known_contacts.expansions import EXPANSIONS
from interaction_service.orders import queries, service
from interaction_service.orders.batch import change_one, create_all
from interaction_service.orders.schemas import (
    OrderCreate,
    OrderList,
    OrderRead,
    OrderReturn,
    OrderUpdate,
    OrderUpsert,
)
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

LOCATION = "/v1/orders"
router = APIRouter(prefix=LOCATION, tags=["orders"])
READ = [requires("interactions:read")]
WRITE = [requires("interactions:write")]
NumberPath = Annotated[str, Path(min_length=1, max_length=100)]

if TYPE_CHECKING:
    OrderFilters = ListParams
else:
    OrderFilters = list_params("OrderFilters", queries.COLLECTION, ListParams)


@router.post("", status_code=201, response_model=OrderRead, dependencies=WRITE)
async def create_order(session: SessionDep, body: OrderCreate) -> Response:
    """Place an order. 409 `number_taken` if a live order of the source has the number; 422 `total_mismatch`.

    All amounts are in one currency (422 `currency_mismatch`); `currency` may be left out, as they tell it.
    """
    return created(await service.place_order(session, body.given()), OrderRead, location=LOCATION)


@router.get("", response_model=OrderList, dependencies=READ)
async def list_orders(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    params: Annotated[OrderFilters, Query()],
) -> Response:
    """List orders. By any filter and sort, newest first, 50 a page."""
    page = await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params))
    return listed(request, page)


@router.post("/search", response_model=OrderList, dependencies=READ)
async def search_orders(request: Request, reader: ReaderDep, cursors: CursorsDep, body: SearchBody) -> Response:
    """Search orders. By a tree of conditions."""
    page = await queries.COLLECTION.page(reader, cursors, search_request(queries.COLLECTION, body))
    return listed(request, page)


@router.post(
    "/batch",
    response_model=BatchResults,
    responses={207: {"model": BatchResults}},
    dependencies=WRITE,
    max_body_size=BATCH_BODY_BYTES,
)
async def batch_orders(request: Request, session: SessionDep, body: Batch) -> Response:
    """Change many orders.

    Up to 200 changes; `external_id` is the source and number. 207 if some failed; `atomic`: all or none.
    """
    return batch_response(request, await run_batch(session, body, create=create_all, change=change_one))


@router.get("/by-number/{source}/{number:path}", response_model=OrderRead, dependencies=READ)
async def get_order_by_number(
    reader: ReaderDep,
    source: SystemName,
    number: NumberPath,
    if_none_match: IfNoneMatch = None,
    expand: ExpandParam = None,
) -> Response:
    """Get an order by its source and number."""
    order = await queries.get_by_number(reader, source, number)
    return await expanded_record(reader, order, EXPANSIONS, expand, if_none_match)


@router.put(
    "/by-number/{source}/{number:path}",
    response_model=OrderRead,
    responses={201: {"model": OrderRead}},
    dependencies=WRITE,
)
async def upsert_order(
    session: SessionDep, source: SystemName, number: NumberPath, body: OrderUpsert, if_match: UpsertMatch
) -> Response:
    """Create or change an order by its source and number. 201 if it is new.

    `If-Match` changes that version only (412), `If-None-Match: *` creates only (412 `already_exists`).
    """
    order, is_new = await service.upsert_by_number(session, source, number, body.given(), if_version=if_match)
    return created(order, OrderRead, location=LOCATION) if is_new else updated(order, OrderRead)


@router.get("/{order_id}", response_model=OrderRead, dependencies=READ)
async def get_order(
    reader: ReaderDep, order_id: UUID, if_none_match: IfNoneMatch = None, expand: ExpandParam = None
) -> Response:
    """Get an order. 410 `resource_deleted`."""
    order = await queries.get_order(reader, order_id)
    return await expanded_record(reader, order, EXPANSIONS, expand, if_none_match)


@router.patch("/{order_id}", response_model=OrderRead, dependencies=WRITE)
async def update_order(session: SessionDep, order_id: UUID, body: OrderUpdate, if_match: IfMatch) -> Response:
    """Change an order.

    Only what the body names changes (merge patch). 412 if `If-Match` names an older version, 409 if it was
    cancelled.

    422 `currency_mismatch` if an amount is not in the order's currency; a new `currency` is that of all its amounts.
    """
    order = await service.update_order(session, order_id, body.given(), stated=body.stated(), if_version=if_match)
    return updated(order, OrderRead)


@router.post("/{order_id}/cancel", response_model=OrderRead, dependencies=WRITE)
async def cancel_order(session: SessionDep, order_id: UUID, if_match: IfMatch) -> Response:
    """Cancel an order. As a whole."""
    return updated(await service.cancel_order(session, order_id, if_version=if_match), OrderRead)


@router.post("/{order_id}/returns", response_model=OrderRead, dependencies=WRITE)
async def return_lines(session: SessionDep, order_id: UUID, body: OrderReturn, if_match: IfMatch) -> Response:
    """Return lines of an order. Or an amount. 422 `returned_too_much` past what was sold."""
    lines = [line.model_dump() for line in body.lines]
    amount = body.amount.amount if body.amount else None
    order = await service.return_lines(session, order_id, lines, amount, stated=body.stated(), if_version=if_match)
    return updated(order, OrderRead)


@router.delete("/{order_id}", status_code=204, dependencies=WRITE)
async def delete_order(session: SessionDep, order_id: UUID, if_match: IfMatch) -> Response:
    """Delete an order. `restore` brings it back."""
    await service.delete_order(session, order_id, if_version=if_match)
    return no_content()


@router.post("/{order_id}/restore", response_model=OrderRead, dependencies=WRITE)
async def restore_order(session: SessionDep, order_id: UUID) -> Response:
    """Restore an order. It must have been deleted. 409 if another order has its number by now."""
    return updated(await service.restore_order(session, order_id), OrderRead)
