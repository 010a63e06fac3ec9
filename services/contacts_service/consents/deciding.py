"""What clients send becomes decisions that may be recorded."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from contacts_service.consents.models import Decision, NotYetOccurred, UnknownText
from contacts_service.consents.schemas import ConsentDecide
from contacts_service.consents.service import FUTURE, NewDecision
from contacts_service.purposes.defaults import Described
from contacts_service.purposes.models import DO_NOT_CONTACT, UnknownPurpose
from shared.db.record import now
from shared.errors import FieldError, SamphanError

Purposes = Mapping[str, Described]


def new_decision(contact_id: UUID, given: ConsentDecide, purposes: Purposes, pointer: str = "") -> NewDecision:
    """Raises UnknownPurpose, UnknownText, NotYetOccurred. Archived purposes take withdrawals only."""
    purpose = _purpose(given, purposes, pointer)
    _check_text(given, purpose, pointer)
    return NewDecision(
        contact_id=contact_id,
        purpose=purpose.key,
        channel=given.channel.value,
        decision=given.decision.value,
        occurred_at=occurred(given.occurred_at, pointer),
        source=given.source,
        lawful_basis=(given.lawful_basis or purpose.lawful_basis).value,
        evidence=given.evidence,
        text_version=given.text_version,
    )


def closing(
    contact_id: UUID,
    channel: str,
    decision: Decision,
    *,
    occurred_at: datetime | None,
    source: str,
    evidence: str | None,
) -> NewDecision:
    """That nobody may contact the person, or may again. Raises NotYetOccurred."""
    moment = occurred(occurred_at, "")
    return NewDecision(contact_id, DO_NOT_CONTACT, channel, decision.value, moment, source, evidence=evidence)


def occurred(given: datetime | None, pointer: str) -> datetime:
    """Raises NotYetOccurred."""
    moment = now()
    if given is not None and given > moment + FUTURE:
        detail = "A decision cannot occur in the future. Check the clock, or leave occurred_at out."
        raise _at(NotYetOccurred, f"{pointer}/occurred_at", detail)
    return given or moment


def _purpose(given: ConsentDecide, purposes: Purposes, pointer: str) -> Described:
    found = purposes.get(given.purpose)
    if found is None or (found.is_archived and given.decision is Decision.GIVEN):
        what = "archived" if found else "unknown"
        detail = f"The purpose {given.purpose!r} is {what}. GET /v1/consent-purposes lists those there are."
        raise _at(UnknownPurpose, f"{pointer}/purpose", detail)
    return found


def _check_text(given: ConsentDecide, purpose: Described, pointer: str) -> None:
    if given.text_version is not None and given.text_version > (purpose.text_version or 0):
        detail = f"{purpose.key!r} has no text {given.text_version}. Its newest is {purpose.text_version or 'none'}."
        raise _at(UnknownText, f"{pointer}/text_version", detail)


def _at(kind: type[SamphanError], pointer: str, detail: str) -> SamphanError:
    return kind(detail, errors=[FieldError(kind.code, detail, pointer=pointer)])
