"""Commands on traits."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.models import ContactNotFound
from contacts_service.traits.events import TraitObserved
from contacts_service.traits.models import ExpiresTooSoon, Trait, TraitNotFound
from contacts_service.traits.recording import STORED, Recorded, record_all
from contacts_service.traits.schemas import TraitRow
from shared.db.record import now
from shared.db.versions import check_version
from shared.errors import FieldError
from shared.ids import new_id
from shared.messaging.outbox import stage
from shared.web.batches import BatchItem, Outcome
from shared.web.validation import body_problem

CREATE = BatchItem(op="create")


async def observe(session: AsyncSession, contact_id: UUID, given: Mapping[str, Any]) -> Recorded:
    """What is known already, by contact, kind, name, source and instant, stays as it is. Raises ContactNotFound."""
    (recorded,) = await record_all(session, [{**given, "contact_id": contact_id}])
    if recorded is None:
        raise _no_contact(contact_id)
    return recorded


async def observe_all(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> list[Outcome]:
    """Of many contacts; a bad row fails alone."""
    outcomes = [Outcome(index, CREATE) for index in range(len(rows))]
    read = [(outcome, given) for outcome, row in zip(outcomes, rows, strict=True) if (given := _read(outcome, row))]
    recorded = await record_all(session, [given for _, given in read]) if read else []
    for (outcome, given), each in zip(read, recorded, strict=True):
        if each is None:
            outcome.fail(_no_contact(given["contact_id"]))
        else:
            outcome.record, outcome.status = each, 201 if each.is_new else 200
    return outcomes


async def correct(
    session: AsyncSession, trait_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> Trait:
    """What stood there before stays in the history. Raises TraitNotFound, VersionMismatch, ExpiresTooSoon."""
    trait = await _standing(session, trait_id)
    check_version(trait.version, if_version)
    changes = {name: value for name, value in given.items() if getattr(trait, name) != value}
    if not changes:
        return trait
    session.add(_earlier(trait))
    for name, value in changes.items():
        setattr(trait, name, value)
    if trait.expires_at is not None and trait.expires_at <= trait.observed_at:
        detail = "It would expire before it was observed. Give a later expires_at, or delete the trait."
        raise ExpiresTooSoon(detail, errors=[FieldError("expires_too_soon", detail, pointer="/expires_at")])
    await session.flush()
    stage(session, TraitObserved.of(trait))
    return trait


async def withdraw(session: AsyncSession, trait_id: UUID, *, if_version: int | None = None) -> None:
    """It stays in the history; the same observation does not bring it back. Raises TraitNotFound, VersionMismatch."""
    trait = await _standing(session, trait_id)
    check_version(trait.version, if_version)
    trait.deleted_at = now()
    await session.flush()
    stage(session, TraitObserved.of(trait))


def _earlier(trait: Trait) -> Trait:
    """Its state, kept under an id of its own."""
    state = {name: getattr(trait, name) for name in STORED if name not in ("id", "version")}
    return Trait(id=new_id(), **state, earlier_of=trait.id, superseded_at=now())


def _read(outcome: Outcome, row: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return TraitRow.model_validate(row).model_dump()
    except ValidationError as error:
        outcome.fail(body_problem(error, row))
        return None


async def _standing(session: AsyncSession, trait_id: UUID) -> Trait:
    query = select(Trait).where(
        Trait.tenant_id == session.info["context"].tenant_id,
        Trait.id == trait_id,
        Trait.superseded_at.is_(None),
        Trait.deleted_at.is_(None),
    )
    trait = await session.scalar(query.with_for_update(), execution_options={"populate_existing": True})
    if trait is None:
        raise TraitNotFound(f"There is no trait {trait_id}, or it was withdrawn.")
    return trait


def _no_contact(contact_id: UUID) -> ContactNotFound:
    return ContactNotFound(f"There is no contact {contact_id}.")
