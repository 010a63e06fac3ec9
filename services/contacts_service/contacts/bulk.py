"""Contacts stored together, set-based: one statement creates one or a thousand, with all that follows from them."""

from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.events import ContactCreated, ContactUpdated
from contacts_service.contacts.keys import (
    ADD_KEYS,
    ADD_SEARCH,
    ADD_TAGS,
    REMOVE_TAGS,
    index_again,
    index_rows,
    tag_rows,
    taken,
)
from contacts_service.contacts.models import CHANGEABLE, Contact, column_values
from contacts_service.contacts.owners import note_owners
from contacts_service.fields.models import RecordType
from contacts_service.fields.storing import STAMP_OF, STAMPS, add_values, add_values_again, check_stamp
from contacts_service.stages.moves import BY_API, NOTE_MOVES, TELL_MOVES, Cause, move_rows
from shared.db.bulk import document, insert_into, update_of
from shared.db.record import given_columns, now
from shared.db.sight import owned_by_viewer, seen_ids
from shared.db.statement import Statement, together
from shared.errors import ConflictError, FieldError, SamphanError, UnprocessableError
from shared.messaging.outbox import INSERT_OUTBOX, event_columns, wake_after_commit

TABLE = cast("Table", Contact.__table__)
CREATED = tuple(given_columns(TABLE))
CREATE = together(insert_into(TABLE, CREATED), ADD_KEYS, ADD_SEARCH, INSERT_OUTBOX, STAMPS[RecordType.CONTACT])
UPDATED = ("tenant_id", "id", "version", "updated_at", "sort_name", "email", "phone", *CHANGEABLE)
RETAGGING, MOVING = (REMOVE_TAGS, ADD_TAGS), (NOTE_MOVES, TELL_MOVES)


def _update(*, retags: bool, moves: bool) -> Statement:
    """With what follows from other tags and from another stage. Tells how many contacts it stored."""
    before = (*(RETAGGING if retags else ()), *(MOVING if moves else ()), INSERT_OUTBOX)
    stored = f"select (select count(*) from part{len(before)}) as stored, {STAMP_OF[RecordType.CONTACT]} as fields"  # noqa: S608 - our own names
    return together(*before, update_of(TABLE, UPDATED), Statement(stored))


UPDATES = {(retags, moves): _update(retags=retags, moves=moves) for retags in (False, True) for moves in (False, True)}
LOAD = Statement(
    f"select {', '.join(CREATED)} from contacts where tenant_id = :tenant_id and id = any(cast(:ids as uuid[]))"  # noqa: S608 - our own names
)
LOCK = Statement(f"{LOAD.text} order by id for update")
INDEXED = frozenset(
    {"full_name", "given_name", "family_name", "nickname", "emails", "phones", "external_ids"}
)  # a change elsewhere leaves keys and search alone


class IdTaken(ConflictError):
    code = "id_taken"
    title = ("The id is taken", "รหัสนี้มีอยู่แล้ว")


class UnknownCompany(UnprocessableError):
    code = "unknown_company"
    title = ("No such company", "ไม่พบบริษัทนี้")


class ChangedMeanwhile(ConflictError):
    code = "changed_meanwhile"
    retryable = True


async def create_contacts(session: AsyncSession, contacts: Sequence[Contact], changed: Sequence[str] = ()) -> None:
    """Stores contacts made by `new_contact`. Raises EmailTaken, ExternalIdTaken, IdTaken, UnknownCompany,
    ValueTaken, Outdated."""
    if not contacts:
        return
    owned_by_viewer(session, contacts)
    index = index_rows(contacts)
    facts = [ContactCreated.of(contact, list(changed)) for contact in contacts]
    new = document([column_values(contact, CREATED) for contact in contacts])
    given = {"rows": new, **index.keys, **index.search, **event_columns(session, facts)}
    try:
        rows = await CREATE.run(session, given)
    except IntegrityError as error:
        raise integrity_problem(error) from error
    definitions = await check_stamp(session, RecordType.CONTACT, rows[0]["fields"])
    await add_values(session, definitions, contacts)
    wake_after_commit(session)


def integrity_problem(error: IntegrityError) -> SamphanError:
    """What the database's refusal of a contact means to the client."""
    message = str(error.orig)
    if "contact_keys_unique_idx" in message:
        return taken(message)
    if "company_id" in message:
        detail = "There is no such company. Create it first, or leave company_id out."
        return UnknownCompany(detail, errors=[FieldError("unknown_company", detail, pointer="/company_id")])
    detail = "A record with this id exists already."
    return IdTaken(detail, errors=[FieldError("id_taken", detail, pointer="/id")])


async def load_contacts(
    session: AsyncSession, tenant_id: UUID, ids: Sequence[UUID], *, lock: bool = False
) -> dict[UUID, Contact]:
    """Those that the session's viewer sees. Of no session, so that changing them writes nothing by itself:
    `update_contacts` does. Locked in order of ids."""
    if not ids:
        return {}
    rows = await (LOCK if lock else LOAD).run(session, {"tenant_id": tenant_id, "ids": ids})
    found = {contact.id: contact for contact in (_contact(row.values()) for row in rows)}
    if session.info["context"].viewer is None:
        return found
    seen = await seen_ids(session, "contacts", list(found))
    return {contact_id: contact for contact_id, contact in found.items() if contact_id in seen}


def _contact(row: Iterable[Any]) -> Contact:
    contact = Contact()
    vars(contact).update(zip(CREATED, row, strict=True))
    return contact


async def update_contacts(
    session: AsyncSession, changes: Sequence[tuple[Contact, list[str]]], *, cause: Cause = BY_API
) -> None:
    """Stores contacts that `change` altered, with the names of the fields; each must be at the version it was read at.

    `cause` is why those move that have another lifecycle stage: whether they may is for the caller to ask. The
    contacts must not belong to a session. Raises ChangedMeanwhile, EmailTaken, ExternalIdTaken, UnknownCompany,
    ValueTaken, Outdated.
    """
    moment = now()
    rows = document([{**column_values(contact, UPDATED), "updated_at": moment} for contact, _ in changes])
    for contact, _ in changes:
        vars(contact).update(version=contact.version + 1, updated_at=moment)
    if moved := [contact for contact, changed in changes if "owner_id" in changed]:
        await note_owners(session, moved)
    facts = [ContactUpdated.of(contact, changed) for contact, changed in changes]
    given = {"rows": rows, **event_columns(session, facts)}
    retagged = [contact for contact, changed in changes if "tags" in changed]
    moved = [contact for contact, changed in changes if "lifecycle_stage" in changed]
    if retagged:
        given |= tag_rows(retagged)
    if moved:
        given |= move_rows(session, moved, cause)
    try:
        stored = await UPDATES[bool(retagged), bool(moved)].run(session, given)
    except IntegrityError as error:
        raise integrity_problem(error) from error
    if stored[0]["stored"] < len(changes):
        raise ChangedMeanwhile("Some of these contacts were changed meanwhile. Try again.")
    definitions = await check_stamp(session, RecordType.CONTACT, stored[0]["fields"])
    await add_values_again(session, definitions, changes)
    wake_after_commit(session)
    await index_again(session, [contact for contact, changed in changes if INDEXED.intersection(changed)])
