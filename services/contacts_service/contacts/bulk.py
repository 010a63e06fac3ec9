"""Contacts stored together, set-based: one statement creates one or a thousand, with all that follows from them."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import asyncpg
from sqlalchemy import Table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.events import ContactCreated, ContactUpdated
from contacts_service.contacts.keys import (
    ADD_KEYS,
    ADD_SEARCH,
    ADD_TAGS,
    NOTHING_KNOWN,
    REMOVE_TAGS,
    TAKEN,
    index_again,
    index_rows,
    tag_rows,
)
from contacts_service.contacts.models import CHANGEABLE, Contact, bare_contact, column_values
from contacts_service.contacts.owners import note_owners
from contacts_service.contacts.search import SearchRow
from contacts_service.fields.models import RecordType
from contacts_service.fields.storing import STAMP_OF, STAMPS, add_values, add_values_again, check_stamp
from contacts_service.stages.moves import BY_API, NOTE_MOVES, TELL_MOVES, Cause, move_rows
from shared.db.bulk import document, insert_into, update_of
from shared.db.record import given_columns, now
from shared.db.refusals import Problems, refusal
from shared.db.sight import owned_by_viewer, seen_ids
from shared.db.statement import Statement, together
from shared.errors import ConflictError, FieldError, UnprocessableError
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
OF_TENANT = f"select {', '.join(CREATED)} from contacts where tenant_id = :tenant_id"  # noqa: S608 - our own names
LOAD = Statement(f"{OF_TENANT} and id = any(cast(:ids as uuid[]))")
LOCK = Statement(f"{LOAD.text} order by id for update")
LOCK_ONE = Statement(f"{OF_TENANT} and id = :id for update")  # a list is planned anew each time: it may be long
INDEXED = frozenset(
    {"full_name", "given_name", "family_name", "nickname", "emails", "phones", "external_ids"}
)  # a change elsewhere leaves keys and search alone


class UnknownCompany(UnprocessableError):
    code = "unknown_company"
    title = ("No such company", "ไม่พบบริษัทนี้")


class ChangedMeanwhile(ConflictError):
    code = "changed_meanwhile"
    retryable = True


async def create_contacts(
    session: AsyncSession,
    contacts: Sequence[Contact],
    changed: Sequence[str] = (),
    *,
    known: Mapping[UUID, SearchRow] = NOTHING_KNOWN,
) -> None:
    """Stores contacts made by `new_contact`; `known` by id is what they are found by, as far as the caller knows it.

    Raises EmailTaken, ExternalIdTaken, IdTaken, UnknownCompany, ValueTaken, Outdated.
    """
    if not contacts:
        return
    owned_by_viewer(session, contacts)
    index = index_rows(contacts, known)
    facts = [ContactCreated.of(contact, list(changed)) for contact in contacts]
    new = document([_told_columns(contact) for contact in contacts])
    given = {"rows": new, **index.keys, **index.search, **event_columns(session, facts)}
    try:
        rows = await CREATE.run(session, given)
    except IntegrityError as error:
        raise refusal(error, PROBLEMS) from error
    definitions = await check_stamp(session, RecordType.CONTACT, rows[0]["fields"])
    await add_values(session, definitions, contacts)
    wake_after_commit(session)


def _told_columns(contact: Contact) -> dict[str, Any]:
    """Without those that have no value, more than half of them: the database reads what is absent as null."""
    known = vars(contact)
    return {name: value for name in CREATED if (value := known[name]) is not None}


def _unknown_company() -> UnknownCompany:
    detail = "There is no such company. Create it first, or leave company_id out."
    return UnknownCompany(detail, errors=[FieldError("unknown_company", detail, pointer="/company_id")])


PROBLEMS: Problems = {**TAKEN, "company_id": _unknown_company}


async def load_contacts(
    session: AsyncSession, tenant_id: UUID, ids: Sequence[UUID], *, lock: bool = False
) -> dict[UUID, Contact]:
    """Those that the session's viewer sees. Of no session, so that changing them writes nothing by itself:
    `update_contacts` does. Locked in order of ids."""
    if not ids:
        return {}
    rows = await (LOCK if lock else LOAD).run(session, {"tenant_id": tenant_id, "ids": ids})
    found = {contact.id: contact for contact in map(_contact, rows)}
    if session.info["context"].viewer is None:
        return found
    seen = await seen_ids(session, "contacts", list(found))
    return {contact_id: contact for contact_id, contact in found.items() if contact_id in seen}


async def lock_contact(session: AsyncSession, contact_id: UUID) -> Contact | None:
    """As `load_contacts` does."""
    rows = await LOCK_ONE.run(session, {"tenant_id": session.info["context"].tenant_id, "id": contact_id})
    seen = rows and await seen_ids(session, "contacts", [contact_id])
    return _contact(rows[0]) if seen else None


def _contact(row: asyncpg.Record) -> Contact:
    return bare_contact(zip(CREATED, row.values(), strict=True))


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
        raise refusal(error, PROBLEMS) from error
    if stored[0]["stored"] < len(changes):
        raise ChangedMeanwhile("Some of these contacts were changed meanwhile. Try again.")
    definitions = await check_stamp(session, RecordType.CONTACT, stored[0]["fields"])
    await add_values_again(session, definitions, changes)
    wake_after_commit(session)
    await index_again(session, [contact for contact, changed in changes if INDEXED.intersection(changed)])
