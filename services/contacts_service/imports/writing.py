"""A chunk of rows against the contacts that exist: each row is decided in order, then all is written at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.companies.bulk import companies_by_name, create_companies, new_company
from contacts_service.contacts.bulk import create_contacts, load_contacts, update_contacts
from contacts_service.contacts.collation import sort_key
from contacts_service.contacts.custom import custom_fields
from contacts_service.contacts.derived import Nameless
from contacts_service.contacts.models import Contact, new_contact
from contacts_service.fields.giving import InvalidCustomFields
from contacts_service.imports.candidates import Candidate, Rules
from contacts_service.imports.chunk import Chunk, Result, RowRefused
from contacts_service.imports.lookups import namesakes, owners_of_keys
from contacts_service.imports.matching import find_match, match_keys, name_of, refuse_taken
from contacts_service.imports.merging import TooMany, additions, with_tags
from contacts_service.imports.models import MatchPolicy
from contacts_service.stages.moves import BY_IMPORT
from shared.errors import ConflictError, SamphanError
from shared.files import RowError

RETRIES = 3


async def write_chunk(session: AsyncSession, tenant_id: UUID, rules: Rules, candidates: Sequence[Candidate]) -> Result:
    """In the caller's transaction. A row that loses a race against another writer is tried again, then refused."""
    try:
        async with session.begin_nested():
            return await _write(session, tenant_id, rules, candidates)
    except (IntegrityError, ConflictError):
        result = Result()
        for candidate in candidates:
            result.add(await _write_alone(session, tenant_id, rules, candidate))
        return result


async def decide_chunk(
    session: AsyncSession, tenant_id: UUID, rules: Rules, candidates: Sequence[Candidate], seen: set[int]
) -> Result:
    """What `write_chunk` would do, writing nothing. `seen` remembers the keys of rows from chunk to chunk."""
    chunk = await _decide(session, tenant_id, rules, candidates, seen)
    changed = {contact.id for contact, _ in chunk.changes()}
    _count_touched(chunk, changed)
    seen.update(hash(key) for candidate in candidates for key in candidate.keys)
    return chunk.result


async def _write_alone(session: AsyncSession, tenant_id: UUID, rules: Rules, candidate: Candidate) -> Result:
    for attempt in range(1, RETRIES + 1):
        try:
            async with session.begin_nested():
                return await _write(session, tenant_id, rules, [candidate])
        except (IntegrityError, ConflictError) as error:
            if attempt == RETRIES:
                return _refused(candidate, error)
    raise AssertionError("unreachable")


def _refused(candidate: Candidate, error: Exception) -> Result:
    result = Result()
    code, detail = (error.code, error.detail) if isinstance(error, SamphanError) else ("conflict", "Import it again.")
    result.fail(candidate.row, [RowError(row=candidate.row.number, code=code, detail=detail)])
    return result


async def _write(session: AsyncSession, tenant_id: UUID, rules: Rules, candidates: Sequence[Candidate]) -> Result:
    chunk = await _decide(session, tenant_id, rules, candidates, None)
    changes = list(chunk.changes())
    contacts = [*chunk.new.values(), *(contact for contact, _ in changes)]
    used = {contact.company_id for contact in contacts}
    await create_companies(session, [company for company in chunk.new_companies.values() if company.id in used])
    if chunk.new:
        await create_contacts(session, list(chunk.new.values()), known=chunk.searches)
    if changes:
        await update_contacts(session, changes, cause=BY_IMPORT)
    _count_touched(chunk, {contact.id for contact, _ in changes})
    return chunk.result


def _count_touched(chunk: Chunk, changed: set[UUID]) -> None:
    """Rows that contradict each other and leave a contact as it was have changed nothing."""
    for contact_id, rows in chunk.touched.items():
        is_changed = contact_id in changed or contact_id in chunk.new
        chunk.result.counts["updated" if is_changed else "unchanged"] += rows


async def _decide(
    session: AsyncSession, tenant_id: UUID, rules: Rules, candidates: Sequence[Candidate], seen: set[int] | None
) -> Chunk:
    readable = [candidate for candidate in candidates if not candidate.errors]
    owners = await owners_of_keys(session, tenant_id, (key for each in readable for key in each.keys))
    names = {}
    if rules.policy is not MatchPolicy.CREATE:
        keyless = (name_of(each) for each in readable if not match_keys(each, rules))
        names = await namesakes(session, tenant_id, filter(None, keyless))
    ids = {contact_id for group in (owners, names) for found in group.values() for contact_id in found}
    known = await load_contacts(session, tenant_id, list(ids))
    companies = await companies_by_name(session, tenant_id, (each.company_name or "" for each in readable))
    custom = await custom_fields(session, [each.values for each in readable])
    chunk = Chunk(
        tenant_id=tenant_id,
        rules=rules,
        custom=custom,
        owners=owners,
        namesakes=names,
        known=known,
        companies=companies,
        seen=seen,
    )
    for candidate in candidates:
        _decide_row(chunk, candidate)
    return chunk


def _decide_row(chunk: Chunk, candidate: Candidate) -> None:
    if candidate.errors:
        return chunk.result.fail(candidate.row, candidate.errors)
    try:
        _settle(chunk, candidate)
    except RowRefused as refused:
        chunk.result.fail(candidate.row, [refused.error])
    except (Nameless, InvalidCustomFields) as error:
        chunk.result.fail(candidate.row, [RowError(row=candidate.row.number, code=error.code, detail=error.detail)])
    except TooMany as error:
        refusal = RowError(row=candidate.row.number, code=f"too_many_{error.field}", detail=error.detail)
        chunk.result.fail(candidate.row, [refusal])


def _settle(chunk: Chunk, candidate: Candidate) -> None:
    contact = None if chunk.rules.policy is MatchPolicy.CREATE else find_match(chunk, candidate)
    if contact is not None and chunk.rules.policy is MatchPolicy.SKIP:
        chunk.result.counts["skipped"] += 1
        return
    refuse_taken(chunk, candidate, contact)
    if contact is None and _was_seen(chunk, candidate):
        chunk.result.counts["skipped" if chunk.rules.policy is MatchPolicy.SKIP else "updated"] += 1
    elif contact is None:
        _create(chunk, candidate)
    else:
        _update(chunk, candidate, contact)


def _create(chunk: Chunk, candidate: Candidate) -> None:
    given = chunk.custom.to_new({**chunk.rules.defaults, **_with_company(chunk, candidate)})
    if candidate.draft is None:
        contact = new_contact(chunk.tenant_id, given)
    else:
        contact = candidate.draft.contact(chunk.tenant_id, given)
        chunk.searches[contact.id] = candidate.draft.search
    chunk.new[contact.id] = contact
    chunk.remember(candidate, contact)
    chunk.result.counts["created"] += 1


def _update(chunk: Chunk, candidate: Candidate, contact: Contact) -> None:
    values = chunk.custom.to_known(_with_company(chunk, candidate), contact.custom_fields)
    given = additions(contact, values)
    if not given:
        chunk.result.counts["unchanged"] += 1
        return
    if contact.id not in chunk.new and contact.id not in chunk.before:
        chunk.before[contact.id] = contact.state()
    contact.change(given)
    chunk.searches.pop(contact.id, None)
    chunk.remember(candidate, contact)
    chunk.touched[contact.id] += 1


def _with_company(chunk: Chunk, candidate: Candidate) -> dict[str, Any]:
    values = with_tags(candidate.values, chunk.rules.tags)
    if candidate.company_name and (key := sort_key(candidate.company_name)):
        company_id = chunk.companies.get(key)
        if company_id is None:
            company = new_company(chunk.tenant_id, {"name": candidate.company_name})
            company_id = chunk.companies[key] = company.id
            chunk.new_companies[company_id] = company
        values["company_id"] = company_id
    return values


def _was_seen(chunk: Chunk, candidate: Candidate) -> bool:
    seen = chunk.seen
    if not seen:
        return False
    return any(hash(key) in seen for key in match_keys(candidate, chunk.rules))
