"""What consents tell the other services: all that counts for a contact, so that a reader keeps the newest version."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from contacts_service.purposes.models import DO_NOT_CONTACT
from shared.messaging.event import Event


class StandingFact(BaseModel):
    """Of one purpose and channel; the channel `all` counts where a channel itself is not named."""

    purpose: str
    channel: str
    state: str
    lawful_basis: str | None
    text_version: int | None
    occurred_at: datetime


class ConsentChanged(Event, type="contacts.consent.changed.v1", key="contact_id"):
    """Somebody gave or withdrew a consent. `consents` are all of the contact's; `decided` are the new decisions."""

    contact_id: UUID
    version: int
    consents: list[StandingFact]
    decided: list[StandingFact]


class BlockedChannel(BaseModel):
    """A channel that is closed, and since when. `all` counts where a channel itself is not named in `opened`."""

    channel: str
    since: datetime


class DoNotContactChanged(Event, type="contacts.do_not_contact.changed.v1", key="contact_id"):
    """A contact may not be contacted by some channels, or may again: `opened` are exceptions from a block of all."""

    contact_id: UUID
    version: int
    blocked: list[BlockedChannel]
    opened: list[str]


def fact_of(row: Any) -> StandingFact:
    """Of a row of STANDINGS."""
    names = ("purpose", "channel", "state", "lawful_basis", "text_version", "occurred_at")
    return StandingFact(**{name: row[name] for name in names})


def do_not_contact_event(contact_id: UUID, version: int, standings: Sequence[Any]) -> DoNotContactChanged:
    mine = [row for row in standings if row["purpose"] == DO_NOT_CONTACT]
    blocked = [
        BlockedChannel(channel=row["channel"], since=row["occurred_at"]) for row in mine if row["state"] == "withdrawn"
    ]
    opened = [row["channel"] for row in mine if row["state"] != "withdrawn"]
    return DoNotContactChanged(contact_id=contact_id, version=version, blocked=blocked, opened=opened)
