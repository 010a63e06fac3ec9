"""Topics and subscriptions over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import StringConstraints

from contacts_service.purposes.schemas import Description, Key, Name
from contacts_service.topics.models import Frequency
from shared.web import ClientId, Instant, ReadModel, WriteModel, examples
from shared.web.types import ABSENT, ON_REQUEST, Flag, ListTotal

TopicKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
MONTHLY: dict[str, Any] = {
    "key": "promotions",
    "name_th": "โปรโมชันประจำเดือน",
    "name_en": "Offers of the month",
    "description_th": "ส่วนลดสำหรับสมาชิก",
    "description_en": "Discounts for members",
    "purpose": "marketing",
    "frequency": "monthly",
}


class TopicUpdate(WriteModel):
    """A merge patch: what is absent stays, null clears."""

    model_config = examples({"name_th": "โปรโมชันรายสัปดาห์", "frequency": "weekly"})

    name_th: Name = ABSENT
    name_en: Name = ABSENT
    description_th: Description | None = None
    description_en: Description | None = None
    purpose: Key = ABSENT
    subscribed_by_default: Flag = ABSENT
    frequency: Frequency = ABSENT


class TopicCreate(WriteModel):
    """`purpose` is the consent that messages about it need; `frequency` how often they come at most."""

    model_config = examples(
        MONTHLY, {**MONTHLY, "key": "new-arrivals", "name_th": "สินค้าใหม่", "name_en": "New arrivals"}
    )

    id: ClientId | None = None
    key: TopicKey
    name_th: Name
    name_en: Name
    description_th: Description | None = None
    description_en: Description | None = None
    purpose: Key = "marketing"
    subscribed_by_default: Flag = False
    frequency: Frequency = Frequency.EVERY_TIME


class TopicRead(ReadModel):
    model_config = examples(MONTHLY)

    id: UUID
    type: Literal["topic"]
    version: int
    created_at: Instant
    updated_at: Instant
    key: str
    name_th: str
    name_en: str
    description_th: str | None
    description_en: str | None
    purpose: str
    subscribed_by_default: bool
    frequency: Frequency


class TopicList(ReadModel):
    data: list[TopicRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class SubscriptionPut(WriteModel):
    """Without a `frequency` it is the topic's. `paused_until` silences the topic till then."""

    model_config = examples({"subscribed": True, "frequency": "weekly"}, {"subscribed": False})

    subscribed: Flag
    frequency: Frequency | None = None
    paused_until: Instant | None = None
    source: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,49}$")] = "api"


class SubscriptionRead(ReadModel):
    """What a contact gets of a topic. `is_default`: it has not chosen; then `changed_at` is null."""

    model_config = examples(
        {
            "topic_key": "promotions",
            "name_th": "โปรโมชันประจำเดือน",
            "name_en": "Offers of the month",
            "purpose": "marketing",
            "subscribed": True,
            "source": "web_form",
        }
    )

    topic_id: UUID
    topic_key: str
    name_th: str
    name_en: str
    description_th: str | None
    description_en: str | None
    purpose: str
    subscribed: bool
    is_default: bool
    frequency: Frequency
    paused_until: Instant | None
    source: str | None
    changed_at: Instant | None


class SubscriptionList(ReadModel):
    data: list[SubscriptionRead]


class Subscriber(ReadModel):
    model_config = examples({"frequency": "monthly"})

    contact_id: UUID
    frequency: Frequency
    paused_until: Instant | None
    is_default: bool


class SubscriberList(ReadModel):
    data: list[Subscriber]
    next_cursor: str | None
