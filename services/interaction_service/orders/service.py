"""Commands on one order."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.orders import events
from interaction_service.orders.currencies import Stated, check_currencies
from interaction_service.orders.links import resolve
from interaction_service.orders.models import (
    ContactRequired,
    NumberTaken,
    Order,
    OrderDeleted,
    OrderNotFound,
    OrderStatus,
    new_order,
)
from shared.db.locks import lock_name
from shared.db.record import now
from shared.db.refusals import Problems, flush
from shared.db.versions import check_no_record, check_version
from shared.errors import FieldError, UnprocessableError
from shared.messaging import stage


class UnknownLine(UnprocessableError):
    code = "unknown_line"
    title = ("No such line", "ไม่พบรายการสินค้า")


async def place_order(session: AsyncSession, given: Mapping[str, Any]) -> Order:
    """Raises NumberTaken, IdTaken, TotalMismatch, TotalRequired."""
    order = new_order(session.info["context"].tenant_id, given)
    await resolve(session, [order])
    session.add(order)
    await flush(session, PROBLEMS)
    stage(session, events.OrderPlaced.of(order, sorted(given)))
    return order


async def update_order(
    session: AsyncSession,
    order_id: UUID,
    given: Mapping[str, Any],
    *,
    stated: Stated = (),
    if_version: int | None = None,
) -> Order:
    """A merge patch. A patch that changes nothing leaves the version alone. A new currency is that of all amounts.

    Raises OrderNotFound, OrderDeleted, VersionMismatch, OrderIsCancelled, ContactRequired, CurrencyMismatch,
    TotalMismatch, ReturnedTooMuch.
    """
    order = await _live(session, order_id)
    check_version(order.version, if_version)
    check_currencies(stated, given.get("currency", order.currency))
    return await _change(session, order, given)


async def upsert_by_number(
    session: AsyncSession, source: str, number: str, given: Mapping[str, Any], *, if_version: int | None = None
) -> tuple[Order, bool]:
    """The order, and whether it is new. Two requests at once make one: the loser of the race updates."""
    order_id = await find_by_number(session, source, number)
    if order_id is None:
        await lock_name(session, "order", source, number)
        order_id = await find_by_number(session, source, number)
    if order_id is None:
        check_no_record(if_version)
        return await place_order(session, {**given, "source": source, "number": number}), True
    changes = {name: value for name, value in given.items() if name not in ("id", "source", "number")}
    return await update_order(session, order_id, changes, if_version=if_version), False


async def cancel_order(session: AsyncSession, order_id: UUID, *, if_version: int | None = None) -> Order:
    """Does nothing to a cancelled order. Raises OrderNotFound, OrderDeleted, VersionMismatch."""
    order = await _live(session, order_id)
    check_version(order.version, if_version)
    if order.cancel():
        await session.flush()
        stage(session, events.OrderCancelled.of(order, ["cancelled_at", "status"]))
    return order


async def return_lines(
    session: AsyncSession,
    order_id: UUID,
    lines: Sequence[Mapping[str, Any]],
    amount: Decimal | None,
    *,
    stated: Stated = (),
    if_version: int | None = None,
) -> Order:
    """Raises OrderNotFound, OrderDeleted, VersionMismatch, OrderIsCancelled, CurrencyMismatch, UnknownLine,
    ReturnedTooMuch.
    """
    order = await _live(session, order_id)
    check_version(order.version, if_version)
    check_currencies(stated, order.currency)
    order.take_back([(_place_of(order, line, index), line["quantity"]) for index, line in enumerate(lines)], amount)
    await session.flush()
    stage(session, events.OrderChanged.of(order, ["lines", "returned_amount"] if lines else ["returned_amount"]))
    return order


async def delete_order(session: AsyncSession, order_id: UUID, *, if_version: int | None = None) -> None:
    """Softly: its number becomes free. Raises OrderNotFound, OrderDeleted, VersionMismatch."""
    order = await _live(session, order_id)
    check_version(order.version, if_version)
    order.deleted_at = now()
    await session.flush()
    stage(
        session,
        events.OrderDeleted(
            order_id=order.id, version=order.version, contact_id=order.contact_id, deleted_at=order.deleted_at
        ),
    )


async def restore_order(session: AsyncSession, order_id: UUID) -> Order:
    """Does nothing to a live order. Raises OrderNotFound; NumberTaken if another order has its number by now."""
    order = await _locked(session, order_id)
    if order.deleted_at is not None:
        order.deleted_at = None
        with session.no_autoflush:
            await resolve(session, [order])
        await flush(session, PROBLEMS)
        stage(session, events.OrderRestored.of(order, ["deleted_at"]))
    return order


async def find_by_number(session: AsyncSession, source: str, number: str) -> UUID | None:
    """The live order."""
    tenant_id = session.info["context"].tenant_id
    query = select(Order.id).where(Order.tenant_id == tenant_id, Order.source == source, Order.live_number == number)
    found: UUID | None = await session.scalar(query)
    return found


def change_event(order: Order, changed: list[str], *, previous_contact_id: UUID | None) -> events.OrderState:
    kind = (
        events.OrderCancelled if order.status == OrderStatus.CANCELLED and "status" in changed else events.OrderChanged
    )
    previous = previous_contact_id if previous_contact_id != order.contact_id else None
    return kind.of(order, changed, previous_contact_id=previous)


async def _change(session: AsyncSession, order: Order, given: Mapping[str, Any]) -> Order:
    previous = order.contact_id
    with session.no_autoflush:
        changed = order.change(given)
        await resolve(session, [order])
    names_contact = "contact_id" in given or "contact_ref" in given
    if names_contact and order.contact_id is None and order.contact_key is None:
        detail = "An order names its contact by contact_id, or by contact_ref {system, id}."
        raise ContactRequired(detail, errors=[FieldError("contact_required", detail, pointer="/contact_id")])
    if changed:
        await session.flush()
        stage(session, change_event(order, changed, previous_contact_id=previous))
    return order


def _place_of(order: Order, named: Mapping[str, Any], index: int) -> int:
    field = "line" if named["line"] is not None else "sku"
    places = [place for place, line in enumerate(order.lines) if line[field] == named[field]]
    if len(places) != 1:
        detail = f"{'No' if not places else 'More than one'} line of the order has the {field} {named[field]!r}."
        raise UnknownLine(detail, errors=[FieldError("unknown_line", detail, pointer=f"/lines/{index}/{field}")])
    return places[0]


async def _live(session: AsyncSession, order_id: UUID) -> Order:
    order = await _locked(session, order_id)
    if order.deleted_at is not None:
        raise OrderDeleted(f"Order {order_id} was deleted. Restore it first.")
    return order


async def _locked(session: AsyncSession, order_id: UUID) -> Order:
    tenant_id = session.info["context"].tenant_id
    query = select(Order).where(Order.tenant_id == tenant_id, Order.id == order_id).with_for_update()
    order = await session.scalar(query, execution_options={"populate_existing": True})
    if order is None:
        raise OrderNotFound(f"There is no order {order_id}.")
    return order


def _number_taken() -> NumberTaken:
    detail = "A live order of this source has this number. PUT /v1/orders/by-number/{source}/{number} changes it."
    return NumberTaken(detail, errors=[FieldError("number_taken", detail, pointer="/number")])


PROBLEMS: Problems = {"orders_number_idx": _number_taken}
