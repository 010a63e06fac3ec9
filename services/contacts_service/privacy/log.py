"""The event log after an erasure: what mentions the person is taken out, a topic a transaction."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.privacy.models import LOG, SERVICES, AnswerStatus, PrivacyRequest
from contacts_service.privacy.service import answers_of, complete
from shared.db.record import now
from shared.messaging.event import PARTITIONS, TOPIC_PREFIX
from shared.messaging.log import EventLog
from shared.messaging.message import TopicPartition

TOPICS = [f"{TOPIC_PREFIX}{name}" for name in (*SERVICES, "gateway")]


async def clean_next(session: AsyncSession, request: PrivacyRequest, open_log: Callable[[], EventLog]) -> None:
    """The next topic of a locked request; after the last one the request is completed.

    The lock is held meanwhile, which keeps other workers away: a topic takes seconds at a hundred million events.
    """
    assert request.log_place is not None
    words = [*map(str, request.contact_ids), *request.words]
    answer = (await answers_of(session, request))[LOG]
    partitions = [TopicPartition(TOPICS[request.log_place], number) for number in range(PARTITIONS)]
    events = open_log()
    try:
        found = [await events.forget(at, request.tenant_id, words) for at in partitions]
    finally:
        await events.close()
    cleaned = [count for count in found if count is not None]
    answer.counts = {"events": answer.counts.get("events", 0) + sum(cleaned)}
    request.log_place += 1
    if request.log_place == len(TOPICS):
        answer.status = (AnswerStatus.COMPLETED if cleaned else AnswerStatus.EXPIRING).value
        answer.answered_at = now()
        complete(session, request)
