"""Preference links, and what their owner sees and says. Over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contacts_service.channels import Channel
from contacts_service.consents.models import Decision
from contacts_service.purposes.models import LawfulBasis
from contacts_service.purposes.schemas import Key
from contacts_service.topics.models import Frequency
from shared.web import Instant, ReadModel, WriteModel, examples
from shared.web.types import JSON_INTEGER, Flag

TOKEN = "AZpfAHwbfQSKVR8uPUxbagGaXwB8G30EilUfLj1MW2wc3mXQ0o9oJ4xqkq2vVwHb"  # noqa: S105 - an example, sealed with no key


class PreferenceLinkCreate(WriteModel):
    """With a `topic_id` the link's one-click unsubscription ends that topic only, else everything."""

    model_config = examples({"expires_in_days": 365}, {"expires_in_days": 30})

    expires_in_days: Annotated[int, Field(ge=1, le=1095), JSON_INTEGER] = 365
    topic_id: UUID | None = None


class PreferenceLinkRead(ReadModel):
    id: UUID
    type: Literal["preference_link"]
    contact_id: UUID
    topic_id: UUID | None
    created_at: Instant
    created_by: UUID | None
    expires_at: Instant
    revoked_at: Instant | None


class PreferenceLinkMade(PreferenceLinkRead):
    """`token` is shown this once. `path` on the gateway's address is the link, and the URL of RFC 8058."""

    model_config = examples({"token": TOKEN, "path": f"/v1/preferences/{TOKEN}"})

    token: str
    path: str


class PreferenceLinkList(ReadModel):
    data: list[PreferenceLinkRead]


class ShownContact(ReadModel):
    """Enough to recognise oneself by, too little for anybody else."""

    model_config = examples({"email": "m***@example.com", "phone": "***5678"})

    email: str | None
    phone: str | None


class ShownState(ReadModel):
    channel: Channel
    state: Decision


class ShownPurpose(ReadModel):
    """`channels` holds what was decided; `text` is what to show before a consent is given."""

    model_config = examples(
        {"purpose": "marketing", "name": "การตลาดและข้อเสนอพิเศษ", "text": "ข้าพเจ้ายินยอมให้ร้านส่งข่าวสาร"},
        {"purpose": "marketing", "name": "Marketing and offers", "text": "I agree to receive news from the shop."},
    )

    purpose: str
    name: str
    description: str | None
    lawful_basis: LawfulBasis
    text: str | None
    text_version: int | None
    channels: list[ShownState]


class ShownTopic(ReadModel):
    model_config = examples({"name": "โปรโมชันประจำเดือน"}, {"name": "Offers of the month"})

    topic_id: UUID
    name: str
    description: str | None
    subscribed: bool
    frequency: Frequency
    paused_until: Instant | None


class Preferences(ReadModel):
    model_config = examples({"language": "th"}, {"language": "en"})

    language: str
    contact: ShownContact
    expires_at: Instant
    topic_id: UUID | None
    purposes: list[ShownPurpose]
    topics: list[ShownTopic]
    do_not_contact: list[Channel]


class PreferenceConsent(WriteModel):
    model_config = examples({"purpose": "marketing", "channel": "email", "decision": "given", "text_version": 1})

    purpose: Key
    channel: Channel = Channel.ALL
    decision: Decision
    text_version: Annotated[int, Field(ge=1, lt=2**31), JSON_INTEGER] | None = None


class PreferenceTopic(WriteModel):
    model_config = examples({"topic_id": "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a", "subscribed": False})

    topic_id: UUID
    subscribed: Flag
    frequency: Frequency | None = None
    paused_until: Instant | None = None


class PreferencesPut(WriteModel):
    """What is not named stays as it is. `unsubscribe_from_all` comes first."""

    model_config = examples(
        {"consents": [{"purpose": "marketing", "channel": "email", "decision": "withdrawn"}]},
        {"unsubscribe_from_all": True},
    )

    consents: Annotated[list[PreferenceConsent], Field(max_length=100)] = []
    topics: Annotated[list[PreferenceTopic], Field(max_length=200)] = []
    unsubscribe_from_all: Flag = False
