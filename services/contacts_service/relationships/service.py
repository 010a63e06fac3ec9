"""Commands on relationships."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.models import Contact
from contacts_service.relationship_kinds.kinds import EMPLOYER, HOUSEHOLD_HEAD, PartyType
from contacts_service.relationship_kinds.kinds import Kind as RelationshipKind
from contacts_service.relationship_kinds.service import find_kind
from contacts_service.relationships import employment
from contacts_service.relationships.events import RelationshipChanged
from contacts_service.relationships.households import check_household
from contacts_service.relationships.models import (
    InHousehold,
    InvalidPeriod,
    NotMain,
    Relationship,
    RelationshipExists,
    RelationshipNotFound,
    WrongParties,
)
from contacts_service.relationships.parties import Party, check_other, check_party
from shared.db.record import now
from shared.db.refusals import flush
from shared.db.versions import check_version
from shared.errors import FieldError
from shared.ids import new_id
from shared.messaging.outbox import stage

CHANGEABLE = ("title", "role", "valid_from", "valid_to", "notes")


async def relate(session: AsyncSession, party: Party, given: Mapping[str, Any]) -> Relationship:
    """`given` as `RelationshipCreate` gives it: what the other one is to `party`.

    Raises UnknownKind, UnknownParty, WrongParties, RelationshipExists, InHousehold, InvalidPeriod, NotMain, IdTaken and
    what `check_party` raises.
    """
    kind = await find_kind(session, given["kind"])
    type_ = PartyType.CONTACT if given["contact_id"] is not None else PartyType.COMPANY
    other = Party(type_, given[f"{type_.value}_id"])
    _check_types(kind, party, other)
    await check_party(session, party)
    await check_other(session, other)
    relationship = _stored_side(kind, party, other)
    relationship.id = given["id"] or new_id()
    contact = await _lock(session, relationship)
    _refuse_main_of_others(contact, given["main"])
    _change(relationship, given)
    if relationship.kind == HOUSEHOLD_HEAD:
        await check_household(session, relationship)
    session.add(relationship)
    await flush(session, PROBLEMS)
    if contact is not None:
        await employment.begin(session, contact, relationship, given["main"])
    stage(session, RelationshipChanged.of(relationship))
    return relationship


async def change(
    session: AsyncSession, relationship_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> Relationship:
    """A merge patch. Raises RelationshipNotFound, VersionMismatch and what `relate` raises of dates and employments."""
    relationship, contact = await _live(session, relationship_id)
    check_version(relationship.version, if_version)
    _refuse_main_of_others(contact, given.get("main"))
    was_main = contact is not None and employment.is_main(contact, relationship)
    changed = _change(relationship, given)
    if changed and relationship.kind == HOUSEHOLD_HEAD:
        with session.no_autoflush:
            await check_household(session, relationship)
    await flush(session, PROBLEMS)
    if contact is not None:
        await employment.follow(session, contact, relationship, was_main=was_main, main="main" in given)
    if changed:
        stage(session, RelationshipChanged.of(relationship))
    return relationship


async def delete(session: AsyncSession, relationship_id: UUID, *, if_version: int | None = None) -> None:
    """As if it had never been. Raises RelationshipNotFound, VersionMismatch."""
    relationship, contact = await _live(session, relationship_id)
    check_version(relationship.version, if_version)
    was_main = contact is not None and employment.is_main(contact, relationship)
    relationship.deleted_at = now()
    await session.flush()
    if contact is not None:
        await employment.end(session, contact, was_main=was_main)
    stage(session, RelationshipChanged.of(relationship))


def _check_types(kind: RelationshipKind, party: Party, other: Party) -> None:
    if party == other:
        raise WrongParties("Nobody is related to itself. Name another contact or company.")
    if (party.type, other.type) not in kind.between:
        possible = ", ".join(sorted(f"{this} to {that}" for this, that in kind.between))
        detail = f"{kind.key!r} is not from a {party.type} to a {other.type}, but: {possible}."
        raise WrongParties(detail, errors=[FieldError("wrong_parties", detail, pointer="/kind")])


def _stored_side(kind: RelationshipKind, party: Party, other: Party) -> Relationship:
    """The same whichever side it was told from."""
    if kind.is_turned or (kind.is_symmetric and (party.type, party.id) > (other.type, other.id)):
        party, other = other, party
    if kind.is_turned:
        kind = kind.turned()
    sides = {party.column: party.id, f"other_{other.column}": other.id}
    return Relationship(kind=kind.key, inverse_kind=kind.inverse_key, **sides)


def _change(relationship: Relationship, given: Mapping[str, Any]) -> bool:
    """Raises InvalidPeriod."""
    changes = {name: given[name] for name in CHANGEABLE if name in given and getattr(relationship, name) != given[name]}
    for name, value in changes.items():
        setattr(relationship, name, value)
    begin, end = relationship.valid_from, relationship.valid_to
    if begin is not None and end is not None and begin > end:
        detail = f"It ends on {end}, before it begins on {begin}."
        raise InvalidPeriod(detail, errors=[FieldError("invalid_period", detail, pointer="/valid_to")])
    return bool(changes)


def _refuse_main_of_others(contact: Contact | None, main: bool | None) -> None:
    if main is not None and contact is None:
        detail = "Only an employment can be the main one. Leave `main` out."
        raise NotMain(detail, errors=[FieldError("not_main_employment", detail, pointer="/main")])


async def _live(session: AsyncSession, relationship_id: UUID) -> tuple[Relationship, Contact | None]:
    """With the employee, if it is an employment; both locked."""
    tenant_id = session.info["context"].tenant_id
    query = select(Relationship).where(
        Relationship.tenant_id == tenant_id, Relationship.id == relationship_id, Relationship.deleted_at.is_(None)
    )
    found = await session.scalar(query)
    contact = await _lock(session, found) if found is not None else None
    locked = await session.scalar(query.with_for_update(), execution_options={"populate_existing": True})
    if locked is None:
        raise RelationshipNotFound(f"There is no relationship {relationship_id}.")
    return locked, contact


async def _lock(session: AsyncSession, relationship: Relationship) -> Contact | None:
    if relationship.kind != EMPLOYER:
        return None
    assert relationship.contact_id is not None, "an employment is of a contact"
    return await employment.lock_employee(session, relationship.contact_id)


def _in_household() -> InHousehold:
    return InHousehold("This contact belongs to a household already. End that relationship first.")


def _exists() -> RelationshipExists:
    return RelationshipExists("These two are related like this already. Change that relationship, or end it first.")


PROBLEMS = {"relationships_household_idx": _in_household, "relationships_open_idx": _exists}
