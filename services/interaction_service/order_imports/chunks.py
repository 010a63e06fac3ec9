"""What becomes of a chunk of orders. Set-based: a handful of statements whatever the number."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import String, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from interaction_service.order_imports.drafts import Draft, failed_rows
from interaction_service.order_imports.models import OrderImport, OrderMatchPolicy
from interaction_service.orders.bulk import change_orders, place_orders
from interaction_service.orders.models import Order, new_order
from shared.errors import SamphanError
from shared.files import Row, RowError


@dataclass(slots=True)
class Result:
    """Orders to be written, and what is counted and refused."""

    new: list[Order] = field(default_factory=list)
    changed: list[tuple[Order, list[str], UUID | None]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[Row, Sequence[RowError]]] = field(default_factory=list)

    def fail(self, draft: Draft) -> None:
        self.counts["failed"] += 1
        self.counts["failed_rows"] += len(draft.rows)
        self.failed.extend(failed_rows(draft))


async def settle(session: AsyncSession, record: OrderImport, drafts: Sequence[Draft], *, is_dry: bool) -> Result:
    known = await _known(session, record, [draft.number for draft in drafts if not draft.errors])
    result = Result()
    for draft in drafts:
        if not draft.errors:
            _decide(record, draft, known.get(draft.number), result)
        if draft.errors:
            result.fail(draft)
    if not is_dry:
        await place_orders(session, result.new)
        await change_orders(session, result.changed)
    return result


def _decide(record: OrderImport, draft: Draft, order: Order | None, result: Result) -> None:
    try:
        if order is None:
            result.new.append(new_order(record.tenant_id, draft.given, import_id=record.id))
            result.counts["created"] += 1
        elif record.match_policy == OrderMatchPolicy.SKIP:
            result.counts["skipped"] += 1
        else:
            _update(record, draft, order, result)
    except SamphanError as error:
        draft.fail(draft.rows[0].number, error.code, error.detail)


def _update(record: OrderImport, draft: Draft, order: Order, result: Result) -> None:
    before = order.contact_id
    given = {name: value for name, value in draft.given.items() if name not in ("source", "number")}
    changed = order.change(given)
    if not changed:
        result.counts["unchanged"] += 1
        return
    order.import_id = record.id
    result.changed.append((order, changed, before))
    result.counts["updated"] += 1


async def _known(session: AsyncSession, record: OrderImport, numbers: Sequence[str]) -> dict[str, Order]:
    """The live orders of the source, taken out of the session: they are written set-based, if still at their version.

    One look into the unique index for each number: with `in (…)` the planner may read all orders of the tenant instead.
    """
    wanted = func.unnest(literal(numbers, ARRAY(String))).table_valued("number").render_derived(name="wanted")
    one = (
        select(Order)
        .where(
            Order.tenant_id == record.tenant_id,
            Order.source == record.source,
            Order.live_number == wanted.c.number,
        )
        .limit(1)
        .lateral()
    )
    found = (await session.scalars(select(aliased(Order, one)).select_from(wanted).join(one, true()))).all()
    for order in found:
        session.expunge(order)
    return {order.number: order for order in found}
