"""What topics and subscriptions tell the other services."""

from datetime import datetime
from typing import Self
from uuid import UUID

from contacts_service.topics.models import Subscription, Topic
from shared.messaging.event import Event


class TopicState(Event):
    topic_id: UUID
    version: int
    topic_key: str
    name_th: str
    name_en: str
    purpose: str
    subscribed_by_default: bool
    frequency: str

    @classmethod
    def of(cls, topic: Topic) -> Self:
        copied = {name: getattr(topic, name) for name in cls.model_fields if hasattr(Topic, name)}
        return cls(topic_id=topic.id, topic_key=topic.key, **copied)


class TopicChanged(TopicState, type="contacts.topic.changed.v1", key="topic_id"):
    """A topic is new or changed."""


class TopicDeleted(Event, type="contacts.topic.deleted.v1", key="topic_id"):
    """Nobody can subscribe to a topic any more."""

    topic_id: UUID
    version: int
    deleted_at: datetime


class SubscriptionChanged(Event, type="contacts.subscription.changed.v1", key="contact_id", subject="subscription_id"):
    """A contact chose for a topic: whether, how often, and from when on again. Null: as the topic says."""

    subscription_id: UUID
    contact_id: UUID
    topic_id: UUID
    version: int
    is_subscribed: bool
    frequency: str | None
    paused_until: datetime | None

    @classmethod
    def of(cls, subscription: Subscription) -> "SubscriptionChanged":
        copied = {name: getattr(subscription, name) for name in cls.model_fields if name != "subscription_id"}
        return cls(subscription_id=subscription.id, **copied)
