"""The event log after an erasure: what mentions the person is taken out, some partitions a transaction."""

from collections.abc import Callable
from time import monotonic

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.privacy.models import LOG, SERVICES, AnswerStatus, PrivacyAnswer, PrivacyRequest
from contacts_service.privacy.service import answers_of, complete
from shared.db.record import now
from shared.messaging.event import PARTITIONS, TOPIC_PREFIX
from shared.messaging.log import EventLog
from shared.messaging.message import TopicPartition

STEP_S = 2.0
"""A step's lock keeps other workers away. One partition takes about a second at ten million events in the log."""
PLACES = [
    TopicPartition(f"{TOPIC_PREFIX}{name}", number) for name in (*SERVICES, "gateway") for number in range(PARTITIONS)
]


async def clean_some(session: AsyncSession, request: PrivacyRequest, open_log: Callable[[], EventLog]) -> None:
    """Of a locked request. After the last partition it is completed."""
    assert request.log_place is not None
    words = [*map(str, request.contact_ids), *request.words]
    answer = (await answers_of(session, request))[LOG]
    until_s = monotonic() + STEP_S
    events = open_log()
    try:
        while request.log_place < len(PLACES) and monotonic() < until_s:
            cleaned = await events.forget(PLACES[request.log_place], request.tenant_id, words)
            _note(answer, cleaned)
            request.log_place += 1
    finally:
        await events.close()
    if request.log_place == len(PLACES):
        answer.answered_at = now()
        complete(session, request)


def _note(answer: PrivacyAnswer, cleaned: int | None) -> None:
    if cleaned is None:
        answer.status = AnswerStatus.EXPIRING.value
    else:
        answer.status = AnswerStatus.COMPLETED.value
        answer.counts = {"events": answer.counts.get("events", 0) + cleaned}
