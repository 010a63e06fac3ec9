"""Up to a thousand contacts that another system knows by its own ids: found, changed and created set-based."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts import service
from contacts_service.contacts.bulk import create_contacts, load_contacts, update_contacts
from contacts_service.contacts.custom import custom_fields
from contacts_service.contacts.keys import Key, owners_of
from contacts_service.contacts.models import Contact, EmailTaken, external_key, new_contact
from contacts_service.contacts.schemas import ContactUpsert
from contacts_service.fields.giving import Giving, changed_names
from contacts_service.stages.machine import Lifecycle
from contacts_service.stages.service import load_lifecycle
from shared.errors import FieldError, SamphanError
from shared.web.batches import BatchItem, Outcome
from shared.web.validation import body_problem

UPSERT = BatchItem(op="upsert")


async def upsert_contacts(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> list[Outcome]:
    """Each row a merge patch; a bad row fails alone. Rows of one contact count one after the other."""
    outcomes = [Outcome(index, UPSERT) for index in range(len(rows))]
    wanted = [each for outcome, row in zip(outcomes, rows, strict=True) if (each := _read(outcome, row)) is not None]
    try:
        async with session.begin_nested():
            await _upsert_together(session, wanted)
    except (IntegrityError, SamphanError):  # another request came in between
        for each in wanted:
            await _upsert_alone(session, each)
    return outcomes


@dataclass(frozen=True, slots=True)
class _Wanted:
    outcome: Outcome
    system: str
    external_id: str
    given: dict[str, Any]

    @property
    def key(self) -> Key:
        return ("external", external_key(self.system, self.external_id))

    @property
    def emails(self) -> list[Key]:
        values = [self.given.get("email"), *(item["value"] for item in self.given.get("emails", ()))]
        return [("email", value) for value in values if value]


@dataclass(slots=True)
class _Known:
    """What is known of all rows' contacts, as the rows before have left it."""

    tenant_id: UUID
    custom: Giving
    owners: dict[Key, UUID]
    contacts: dict[UUID, Contact]
    lifecycle: Lifecycle
    before: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    new: list[Contact] = field(default_factory=list)

    def changes(self) -> Iterable[tuple[Contact, list[str]]]:
        for contact_id, before in self.before.items():
            contact = self.contacts[contact_id]
            if changed := changed_names(before, contact.state(), before):
                yield contact, changed


def _read(outcome: Outcome, row: dict[str, Any]) -> _Wanted | None:
    try:
        upsert = ContactUpsert.model_validate(row)
    except ValidationError as error:
        outcome.fail(body_problem(error, row))
        return None
    given = upsert.given()
    key = given.pop("external_id")
    return _Wanted(outcome, key["system"], key["id"], given)


async def _upsert_together(session: AsyncSession, wanted: Sequence[_Wanted]) -> None:
    tenant_id = session.info["context"].tenant_id
    found = await owners_of(session, tenant_id, [key for each in wanted for key in (each.key, *each.emails)])
    owners = {key: ids[0] for key, ids in found.items()}
    own = sorted({owners[each.key] for each in wanted if each.key in owners})
    moves = any("lifecycle_stage" in each.given for each in wanted)
    lifecycle = await load_lifecycle(session) if moves and own else Lifecycle()
    custom = await custom_fields(session, [each.given for each in wanted])
    known = _Known(tenant_id, custom, owners, await load_contacts(session, tenant_id, own, lock=True), lifecycle)
    for each in wanted:
        try:
            _settle(known, each)
        except SamphanError as error:
            each.outcome.fail(error)
    changes = list(known.changes())
    await create_contacts(session, known.new)
    if changes:
        await update_contacts(session, changes)


def _settle(known: _Known, wanted: _Wanted) -> None:
    """Raises EmailTaken, ExternalIdTaken, Nameless, UnknownStage, MoveRefused; then the contact is as it was."""
    contact_id = known.owners.get(wanted.key)
    taken = next((key for key in wanted.emails if known.owners.get(key, contact_id) != contact_id), None)
    if taken is not None:
        detail = f"{taken[1]} already belongs to a contact."
        raise EmailTaken(detail, errors=[FieldError("email_taken", detail, pointer="/email")])
    if contact_id is not None and contact_id not in known.contacts:
        raise service.external_id_taken(wanted.system, wanted.external_id)
    contact = _created(known, wanted) if contact_id is None else _changed(known, known.contacts[contact_id], wanted)
    known.owners.update(dict.fromkeys((wanted.key, *wanted.emails), contact.id))
    wanted.outcome.record = contact


def _created(known: _Known, wanted: _Wanted) -> Contact:
    ids = service.with_external_id(wanted.given, wanted.system, wanted.external_id)
    contact = new_contact(known.tenant_id, {**known.custom.to_new(wanted.given), "external_ids": ids})
    known.contacts[contact.id] = contact
    known.new.append(contact)
    wanted.outcome.status = 201
    return contact


def _changed(known: _Known, contact: Contact, wanted: _Wanted) -> Contact:
    before = contact.state()
    if contact not in known.new:
        stage = contact.lifecycle_stage
        known.lifecycle.check_move(stage, wanted.given.get("lifecycle_stage", stage))
    contact.change(known.custom.to_known(wanted.given, contact.custom_fields))
    if contact not in known.new:
        known.before.setdefault(contact.id, before)
    return contact


async def _upsert_alone(session: AsyncSession, wanted: _Wanted) -> None:
    outcome = wanted.outcome
    try:
        async with session.begin_nested():
            outcome.record, is_new = await service.upsert_by_external_id(
                session, wanted.system, wanted.external_id, wanted.given
            )
            outcome.status = 201 if is_new else 200
    except SamphanError as error:
        outcome.fail(error)
