"""Commands on topics, and on what contacts choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.topics import events
from contacts_service.topics.models import (
    Subscription,
    Topic,
    TopicDeleted,
    TopicKeyTaken,
    TopicNotFound,
    UnknownTopic,
)
from shared.db.locks import lock_live, refuse_more
from shared.db.record import now, take_over
from shared.db.refusals import flush
from shared.db.versions import check_version
from shared.errors import ConflictError, FieldError
from shared.messaging.outbox import stage

MAX_TOPICS = 200


class TooManyTopics(ConflictError):
    code = "too_many_topics"
    title = ("Too many topics", "มีหัวข้อมากเกินไป")


@dataclass(frozen=True, slots=True)
class Choice:
    topic_id: UUID
    is_subscribed: bool
    frequency: str | None
    paused_until: datetime | None
    source: str


async def create_topic(session: AsyncSession, given: Mapping[str, Any]) -> Topic:
    """Raises TopicKeyTaken, IdTaken, TooManyTopics."""
    await refuse_more(session, Topic, MAX_TOPICS, TooManyTopics)
    topic = Topic(**{name: value for name, value in given.items() if name != "id" or value is not None})
    session.add(topic)
    await flush(session, {"topics_key": _key_taken})
    stage(session, events.TopicChanged.of(topic))
    return topic


async def update_topic(
    session: AsyncSession, topic_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> Topic:
    """A merge patch. Raises TopicNotFound, TopicDeleted, VersionMismatch."""
    topic = await _live(session, topic_id)
    check_version(topic.version, if_version)
    if take_over(topic, given):
        await session.flush()
        stage(session, events.TopicChanged.of(topic))
    return topic


async def delete_topic(session: AsyncSession, topic_id: UUID, *, if_version: int | None = None) -> None:
    """Raises TopicNotFound, TopicDeleted, VersionMismatch."""
    topic = await _live(session, topic_id)
    check_version(topic.version, if_version)
    topic.deleted_at = now()
    await session.flush()
    stage(session, events.TopicDeleted(topic_id=topic.id, version=topic.version, deleted_at=topic.deleted_at))


async def choose(session: AsyncSession, contact_id: UUID, choices: Sequence[Choice]) -> None:
    """For a contact that is locked. What is chosen already stays as it is. Raises UnknownTopic."""
    live = {topic.id for topic in await live_topics(session)}
    mine = (Subscription.tenant_id == session.info["context"].tenant_id, Subscription.contact_id == contact_id)
    known = {each.topic_id: each for each in await session.scalars(select(Subscription).where(*mine))}
    changed = []
    for choice in choices:
        if choice.topic_id not in live:
            raise UnknownTopic(f"There is no topic {choice.topic_id}. GET /v1/topics lists them.")
        subscription = known.setdefault(choice.topic_id, Subscription(contact_id=contact_id, topic_id=choice.topic_id))
        if _take(subscription, choice):
            changed.append(subscription)
    session.add_all(changed)
    await session.flush()
    stage(session, *(events.SubscriptionChanged.of(each) for each in changed))


def _take(subscription: Subscription, choice: Choice) -> bool:
    """Whether it is another choice than before."""
    fields = ("is_subscribed", "frequency", "paused_until")
    before = [getattr(subscription, name) for name in fields]
    if before == [getattr(choice, name) for name in fields] and not subscription.is_overruled:
        return False
    subscription.is_overruled = False
    for name in (*fields, "source"):
        setattr(subscription, name, getattr(choice, name))
    return True


async def live_topics(session: AsyncSession) -> Sequence[Topic]:
    """By key."""
    mine = (Topic.tenant_id == session.info["context"].tenant_id, Topic.deleted_at.is_(None))
    return (await session.scalars(select(Topic).where(*mine).order_by(Topic.key))).all()


async def _live(session: AsyncSession, topic_id: UUID) -> Topic:
    return await lock_live(session, Topic, topic_id, TopicNotFound, TopicDeleted)


def _key_taken() -> TopicKeyTaken:
    detail = "Another topic has this key."
    return TopicKeyTaken(detail, errors=[FieldError("topic_key_taken", detail, pointer="/key")])
