"""Up to 200 changes in one request and one transaction, each with its own result; new contacts are written together."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts import service
from contacts_service.contacts.bulk import create_contacts
from contacts_service.contacts.keys import owners_of
from contacts_service.contacts.models import ContactNotFound, EmailTaken, ExternalIdTaken, external_key, new_contact
from contacts_service.contacts.schemas import BatchItem, ContactCreate, ContactUpdate
from shared.errors import FieldError, SamphanError, UnprocessableError
from shared.web.batches import Outcome
from shared.web.problems import validation_problem

UNIQUE = {"email": EmailTaken, "external": ExternalIdTaken}


class BatchFailed(UnprocessableError):
    code = "batch_failed"


async def run_batch(session: AsyncSession, items: Sequence[BatchItem], *, atomic: bool) -> list[Outcome]:
    """In the order of the items. Raises BatchFailed if `atomic` and any item failed: then nothing is kept."""
    outcomes = [Outcome(index, item) for index, item in enumerate(items)]
    creates = [outcome for outcome in outcomes if outcome.item.op == "create"]
    await _create(session, creates)
    for outcome in outcomes:
        if outcome.item.op != "create":
            await _change(session, outcome)
    if atomic and any(outcome.error for outcome in outcomes):
        raise BatchFailed("Nothing was changed, because some items failed.", errors=list(_failures(outcomes)))
    return outcomes


async def _create(session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        _prepare(session, outcome)
    await _refuse_taken(session, outcomes)
    ready = [outcome for outcome in outcomes if outcome.error is None and outcome.record is not None]
    if not ready:
        return
    try:
        async with session.begin_nested():
            await create_contacts(session, [outcome.record for outcome in ready if outcome.record])
    except (IntegrityError, SamphanError):  # one of them collides: find out which
        for outcome in ready:
            await _attempt(session, outcome)


def _prepare(session: AsyncSession, outcome: Outcome) -> None:
    outcome.status = 201
    try:
        body = ContactCreate.model_validate(outcome.item.data or {})
        given = body.given() | ({"id": outcome.item.id} if outcome.item.id else {})
        outcome.record = new_contact(session.info["context"].tenant_id, given)
    except ValidationError as error:
        outcome.error = validation_problem(_in_data(error))
    except SamphanError as error:
        outcome.error = error


async def _refuse_taken(session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
    """Finds e-mails and external ids that are taken, in the database or by an earlier item."""
    keys = [key for outcome in outcomes if outcome.record for key in outcome.record.match_keys() if key[0] in UNIQUE]
    taken = set(await owners_of(session, session.info["context"].tenant_id, keys))
    for outcome in outcomes:
        if outcome.record is None:
            continue
        own = [key for key in outcome.record.match_keys() if key[0] in UNIQUE]
        clash = next((key for key in own if key in taken), None)
        if clash is not None:
            detail = f"{clash[1].replace(chr(31), '/')} already belongs to a contact."
            outcome.error, outcome.record = UNIQUE[clash[0]](detail), None
        else:
            taken.update(own)


async def _attempt(session: AsyncSession, outcome: Outcome) -> None:
    assert outcome.record is not None
    try:
        async with session.begin_nested():
            await create_contacts(session, [outcome.record])
    except SamphanError as error:
        outcome.error, outcome.record = error, None
    except IntegrityError as error:
        outcome.error, outcome.record = service.integrity_problem(error), None


async def _change(session: AsyncSession, outcome: Outcome) -> None:
    try:
        async with session.begin_nested():
            await _apply(session, outcome)
    except ValidationError as error:
        outcome.error = validation_problem(_in_data(error))
    except SamphanError as error:
        outcome.error = error


async def _apply(session: AsyncSession, outcome: Outcome) -> None:
    item = outcome.item
    if item.op == "upsert":
        if item.external_id is None:
            raise _missing("external_id", "An upsert names the contact by external_id.")
        given = ContactUpdate.model_validate(item.data or {}).given()
        outcome.record, is_new = await service.upsert_by_external_id(
            session, item.external_id.system, item.external_id.id, given, if_version=item.if_version
        )
        outcome.status = 201 if is_new else 200
        return
    contact_id = await _contact_id(session, item)
    if item.op == "delete":
        await service.delete_contact(session, contact_id, if_version=item.if_version)
        outcome.status = 204
        return
    given = ContactUpdate.model_validate(item.data or {}).given()
    outcome.record = await service.update_contact(session, contact_id, given, if_version=item.if_version)


async def _contact_id(session: AsyncSession, item: BatchItem) -> UUID:
    if item.id is not None:
        return item.id
    if item.external_id is None:
        raise _missing("id", f"An item with op {item.op} names the contact by id or external_id.")
    found = await service.find_by_external_id(session, item.external_id.system, item.external_id.id)
    if found is None:
        raise ContactNotFound(
            f"No contact has the external id {external_key(item.external_id.system, item.external_id.id)!r}."
        )
    return found


def _missing(field: str, detail: str) -> UnprocessableError:
    return UnprocessableError(detail, errors=[FieldError("required", detail, pointer=f"/{field}")])


def _in_data(error: ValidationError) -> list[dict[str, Any]]:
    return [{**each, "loc": ("body", "data", *each["loc"])} for each in error.errors()]


def _failures(outcomes: Sequence[Outcome]) -> Iterator[FieldError]:
    for outcome in outcomes:
        if outcome.error is not None:
            inner = next((each.pointer for each in outcome.error.errors if each.pointer), "")
            yield FieldError(outcome.error.code, outcome.error.detail, pointer=f"/items/{outcome.index}{inner}")
