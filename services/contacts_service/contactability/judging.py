"""May this contact be contacted by this channel for this purpose? Pure. Every reason against is told, not only one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contacts_service.channels import KIND_OF, Channel
from contacts_service.consents.models import Decision
from contacts_service.contactability.schemas import WhyNot
from contacts_service.purposes.defaults import Described
from contacts_service.purposes.models import DO_NOT_CONTACT, LawfulBasis
from contacts_service.suppressions.models import EVERY_PURPOSE

Row = Mapping[str, Any]
Told = dict[str, Any]


@dataclass(slots=True)
class Facts:
    """What is known of one contact. `choice` is its subscription to the topic that is asked about."""

    exists: bool = False
    deleted_at: str | None = None
    kinds: frozenset[str] = frozenset()
    standings: list[Row] = field(default_factory=list)
    suppressions: list[Row] = field(default_factory=list)
    choice: Row | None = None


def reasons(facts: Facts, channel: Channel, purpose: Described, *, at: str, topic: bool) -> Iterator[Told]:
    """None: it may be contacted. `at` is now, as the rows have instants."""
    if not facts.exists:
        yield _told(WhyNot.CONTACT_UNKNOWN)
        return
    if facts.deleted_at is not None:
        yield _told(WhyNot.CONTACT_DELETED, since=facts.deleted_at)
        return
    if channel in KIND_OF and KIND_OF[channel].value not in facts.kinds:
        yield _told(WhyNot.NO_ADDRESS)
    yield from _closed(facts, channel)
    yield from _suppressed(facts.suppressions, channel, purpose.key)
    yield from _without_consent(facts, channel, purpose)
    if topic:
        yield from _not_wanted(facts.choice, at)


def standing(rows: Sequence[Row], purpose: str, channel: Channel) -> Row | None:
    """What counts for a channel: what was decided for it, or else for all."""
    mine = {row["channel"]: row for row in rows if row["purpose"] == purpose}
    return mine.get(channel.value) or mine.get(Channel.ALL.value)


def _closed(facts: Facts, channel: Channel) -> Iterator[Told]:
    found = standing(facts.standings, DO_NOT_CONTACT, channel)
    if found is not None and found["state"] == Decision.WITHDRAWN.value:
        yield _told(WhyNot.DO_NOT_CONTACT, since=found["occurred_at"], decision_id=found["decision_id"])


def _suppressed(rows: Sequence[Row], channel: Channel, purpose: str) -> Iterator[Told]:
    for row in rows:
        if row["channel"] in (channel.value, Channel.ALL.value) and row["purpose"] in (purpose, EVERY_PURPOSE):
            yield _told(WhyNot.ADDRESS_SUPPRESSED, since=row["created_at"], suppression_id=row["id"])


def _without_consent(facts: Facts, channel: Channel, purpose: Described) -> Iterator[Told]:
    found = standing(facts.standings, purpose.key, channel)
    if found is None:
        if purpose.lawful_basis is LawfulBasis.CONSENT:
            yield _told(WhyNot.CONSENT_MISSING)
    elif found["state"] == Decision.WITHDRAWN.value:
        yield _told(WhyNot.CONSENT_WITHDRAWN, since=found["occurred_at"], decision_id=found["decision_id"])


def _not_wanted(choice: Row | None, at: str) -> Iterator[Told]:
    if choice is None or not choice["subscribed"]:
        yield _told(WhyNot.NOT_SUBSCRIBED, since=choice["changed_at"] if choice else None)
    elif choice["paused_until"] is not None and choice["paused_until"] > at:
        yield _told(WhyNot.PAUSED, since=choice["changed_at"], until=choice["paused_until"])


def _told(code: WhyNot, **more: Any) -> Told:
    return {"code": code.value, "since": None, "until": None, "decision_id": None, "suppression_id": None, **more}
