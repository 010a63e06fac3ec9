"""May they be contacted? Over HTTP."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from contacts_service.channels import Channel
from contacts_service.purposes.models import LawfulBasis
from contacts_service.purposes.schemas import Key
from shared.web import Instant, ReadModel, WriteModel, examples


class WhyNot(StrEnum):
    """Why somebody may not be contacted."""

    CONTACT_UNKNOWN = "contact_unknown"
    CONTACT_DELETED = "contact_deleted"
    NO_ADDRESS = "no_address"
    DO_NOT_CONTACT = "do_not_contact"
    ADDRESS_SUPPRESSED = "address_suppressed"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_MISSING = "consent_missing"
    NOT_SUBSCRIBED = "not_subscribed"
    PAUSED = "paused"


def _one(channel: Channel) -> Channel:
    if channel is Channel.ALL:
        raise ValueError("name one channel: whether somebody may be contacted depends on it")
    return channel


OneChannel = Annotated[Channel, AfterValidator(_one)]


class ContactabilityAsk(WriteModel):
    """With a `topic_id` the purpose is the topic's, and its subscribers only may be contacted."""

    model_config = examples(
        {
            "contact_ids": ["019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a"],
            "channel": "email",
            "purpose": "marketing",
        }
    )

    contact_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    channel: OneChannel
    purpose: Key = "marketing"
    topic_id: UUID | None = None


class ContactabilityReason(ReadModel):
    """`decision_id` is the row of the ledger, `suppression_id` that of the address; `until` is the end of a pause."""

    model_config = examples({"code": "consent_withdrawn", "purpose": "marketing"})

    code: WhyNot
    since: Instant | None
    until: Instant | None
    decision_id: UUID | None
    suppression_id: UUID | None


class Contactability(ReadModel):
    model_config = examples({"may_contact": False, "purpose": "marketing"})

    contact_id: UUID
    channel: Channel
    purpose: str
    lawful_basis: LawfulBasis
    may_contact: bool
    reasons: list[ContactabilityReason]


class Contactabilities(ReadModel):
    data: list[Contactability]
