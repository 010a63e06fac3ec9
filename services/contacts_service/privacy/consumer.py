"""The services' answers."""

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.privacy.events import ServiceAnswered
from contacts_service.privacy.service import note_answer
from shared.messaging import Consumer

consumer = Consumer("privacy_answers")


@consumer.each(ServiceAnswered, inbox=True)
async def gather_answers(session: AsyncSession, answered: ServiceAnswered) -> None:
    await note_answer(session, answered.request_id, answered.service, answered.counts)
