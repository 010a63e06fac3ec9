"""What a batch does with orders. Their external id is their source and number."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.orders import service
from interaction_service.orders.bulk import place_orders
from interaction_service.orders.models import Order, new_order
from interaction_service.orders.schemas import OrderCreate, OrderUpdate, OrderUpsert
from shared.web.batches import BatchItem, Outcome, named_id, prepare, store_together, upsert_key


async def create_all(session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
    tenant_id = session.info["context"].tenant_id

    def make(item: BatchItem) -> Order:
        given = OrderCreate.model_validate(item.data or {}).given()
        return new_order(tenant_id, given | ({"id": item.id} if item.id else {}))

    prepare(outcomes, make)
    await store_together(session, outcomes, place_orders, service.PROBLEMS)


async def change_one(session: AsyncSession, outcome: Outcome) -> None:
    item = outcome.item
    if item.op == "upsert":
        key = upsert_key(item)
        given = OrderUpsert.model_validate(item.data or {}).given()
        outcome.record, is_new = await service.upsert_by_number(
            session, key.system, key.id, given, if_version=item.if_version
        )
        outcome.status = 201 if is_new else 200
        return
    order_id = await named_id(session, item, service.find_by_number)
    if item.op == "delete":
        await service.delete_order(session, order_id, if_version=item.if_version)
        outcome.status = 204
        return
    patch = OrderUpdate.model_validate(item.data or {})
    outcome.record = await service.update_order(
        session, order_id, patch.given(), stated=patch.stated(), if_version=item.if_version
    )
