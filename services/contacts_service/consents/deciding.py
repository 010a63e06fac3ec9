"""What clients send becomes decisions that may be recorded."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from contacts_service.consents.models import Decision, NewDecision, NotYetOccurred, UnknownText
from contacts_service.consents.schemas import ConsentDecide
from contacts_service.purposes.defaults import Described
from contacts_service.purposes.models import DO_NOT_CONTACT, UnknownPurpose
from shared.db.record import now
from shared.errors import FieldError, SamphanError

Purposes = Mapping[str, Described]
FUTURE = timedelta(minutes=5)
"""How far a client's clock may be ahead of ours."""
NO_PURPOSES: Purposes = {}
"""All that is needed to close or open a channel for every purpose."""


def new_decision(contact_id: UUID, given: ConsentDecide, purposes: Purposes, pointer: str = "") -> NewDecision:
    """Raises UnknownPurpose, UnknownText, NotYetOccurred. Archived purposes take withdrawals only."""
    purpose = None if given.purpose == DO_NOT_CONTACT else _purpose(given, purposes, pointer)
    _check_text(given, purpose.text_version if purpose else None, pointer)
    basis = given.lawful_basis or (purpose.lawful_basis if purpose else None)
    return NewDecision(
        contact_id=contact_id,
        purpose=given.purpose,
        channel=given.channel.value,
        decision=given.decision.value,
        occurred_at=_occurred(given.occurred_at, pointer),
        source=given.source,
        lawful_basis=basis.value if basis else None,
        evidence=given.evidence,
        text_version=given.text_version,
    )


def _occurred(given: datetime | None, pointer: str) -> datetime:
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


def _check_text(given: ConsentDecide, newest: int | None, pointer: str) -> None:
    if given.text_version is not None and given.text_version > (newest or 0):
        detail = f"{given.purpose!r} has no text {given.text_version}. Its newest is {newest or 'none'}."
        raise _at(UnknownText, f"{pointer}/text_version", detail)


def _at(kind: type[SamphanError], pointer: str, detail: str) -> SamphanError:
    return kind(detail, errors=[FieldError(kind.code, detail, pointer=pointer)])
