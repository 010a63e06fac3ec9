"""Interactions go as a whole: what was said with a person is about nobody else."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.interactions.events import InteractionDeleted
from interaction_service.interactions.models import Interaction
from shared.db.record import now
from shared.messaging import stage_many
from shared.privacy import Person


async def erase_interactions(session: AsyncSession, person: Person) -> int:
    gone = delete(Interaction).where(Interaction.tenant_id == person.tenant_id, Interaction.contact_id.in_(person.ids))
    rows = (await session.execute(gone.returning(Interaction.id, Interaction.version, Interaction.contact_id))).all()
    moment = now()
    return await stage_many(
        session,
        [
            InteractionDeleted(
                interaction_id=row.id, version=row.version + 1, contact_id=row.contact_id, deleted_at=moment
            )
            for row in rows
        ],
    )
