"""What a batch does with interactions."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.interactions import service
from interaction_service.interactions.keys import find_by_external_id
from interaction_service.interactions.models import Interaction
from interaction_service.interactions.schemas import InteractionCreate, InteractionUpdate
from shared.web.batches import BatchItem, Outcome, named_id, prepare, store_together, upsert_key


async def create_all(session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
    def make(item: BatchItem) -> Interaction:
        given = InteractionCreate.model_validate(item.data or {}).given()
        return service.make_interaction(session, given | ({"id": item.id} if item.id else {}))

    prepare(outcomes, make)
    await store_together(session, outcomes, service.log_interactions)


async def change_one(session: AsyncSession, outcome: Outcome) -> None:
    item = outcome.item
    if item.op == "upsert":
        key = upsert_key(item)
        given = InteractionCreate.model_validate(item.data or {}).given()
        outcome.record, is_new = await service.upsert_by_external_id(
            session, key.system, key.id, given, if_version=item.if_version
        )
        outcome.status = 201 if is_new else 200
        return
    interaction_id = await named_id(session, item, find_by_external_id)
    if item.op == "delete":
        await service.delete_interaction(session, interaction_id, if_version=item.if_version)
        outcome.status = 204
        return
    given = InteractionUpdate.model_validate(item.data or {}).given()
    outcome.record = await service.update_interaction(session, interaction_id, given, if_version=item.if_version)
