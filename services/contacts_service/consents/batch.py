"""Up to a thousand decisions at once: set-based, each with a result of its own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.consents.deciding import Purposes, new_decision
from contacts_service.consents.models import NewDecision
from contacts_service.consents.schemas import ConsentRow
from contacts_service.consents.service import lock_contacts, record_decisions
from contacts_service.contacts.keys import Key, owners_of
from contacts_service.contacts.models import ContactDeleted, ContactNotFound, external_key
from contacts_service.suppressions.models import Digests
from shared.errors import SamphanError
from shared.web.batches import BatchItem, Outcome, missing
from shared.web.validation import body_problem

OwnersByKey = dict[Key, list[UUID]]


async def record_rows(
    session: AsyncSession, digests: Digests, purposes: Purposes, rows: Sequence[dict[str, Any]]
) -> list[Outcome]:
    """A bad row fails alone. 201 for what is new, 200 for what was recorded before."""
    outcomes = [Outcome(index, BatchItem(op="create", ref=_ref(row))) for index, row in enumerate(rows)]
    read = [(outcome, each) for outcome, row in zip(outcomes, rows, strict=True) if (each := _read(outcome, row))]
    owners = await _owners(session, [each for _, each in read])
    live = await lock_contacts(session, {found for _, each in read if (found := _named(each, owners))})
    ready = [
        (outcome, decision)
        for outcome, each in read
        if (decision := _decision(outcome, each, owners, live, purposes)) is not None
    ]
    recorded = await record_decisions(session, digests, [decision for _, decision in ready])
    for (outcome, _), record in zip(ready, recorded, strict=True):
        outcome.record, outcome.status = record, 201 if record.is_new else 200
    return outcomes


def _ref(row: dict[str, Any]) -> str | None:
    given = row.get("ref")
    return given[:200] if isinstance(given, str) else None


def _read(outcome: Outcome, row: dict[str, Any]) -> ConsentRow | None:
    try:
        return ConsentRow.model_validate(row)
    except ValidationError as error:
        outcome.fail(body_problem(error, row))
        return None


async def _owners(session: AsyncSession, rows: Sequence[ConsentRow]) -> OwnersByKey:
    keys = {_key(row) for row in rows if row.external_id is not None}
    return await owners_of(session, session.info["context"].tenant_id, sorted(keys))


def _key(row: ConsentRow) -> Key:
    assert row.external_id is not None
    return "external", external_key(row.external_id.system, row.external_id.id)


def _named(row: ConsentRow, owners: OwnersByKey) -> UUID | None:
    if row.contact_id is not None or row.external_id is None:
        return row.contact_id
    return next(iter(owners.get(_key(row), ())), None)


def _decision(
    outcome: Outcome, row: ConsentRow, owners: OwnersByKey, live: dict[UUID, bool], purposes: Purposes
) -> NewDecision | None:
    try:
        return new_decision(_contact(row, owners, live), row, purposes)
    except SamphanError as error:
        outcome.fail(error)
        return None


def _contact(row: ConsentRow, owners: OwnersByKey, live: dict[UUID, bool]) -> UUID:
    """Raises UnprocessableError, ContactNotFound, ContactDeleted."""
    if row.contact_id is None and row.external_id is None:
        raise missing("contact_id", "A row names the contact by contact_id or external_id.")
    found = _named(row, owners)
    if found is None or found not in live:
        raise ContactNotFound("There is no such contact. Create it first.")
    if not live[found]:
        raise ContactDeleted(f"Contact {found} was deleted. Restore it first.")
    return found
