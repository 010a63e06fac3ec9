"""Commands on duplicates."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.bulk import load_contacts
from contacts_service.contacts.models import new_contact
from contacts_service.contacts.service import alive
from contacts_service.duplicates.candidates import keep_keys
from contacts_service.duplicates.events import DuplicateFound
from contacts_service.duplicates.judging import Judged, judge_many, judge_one, judge_pair
from contacts_service.duplicates.models import (
    AlreadyMerged,
    Duplicate,
    DuplicateNotFound,
    DuplicateStatus,
    PossibleDuplicate,
    SameContact,
)
from contacts_service.matching.people import Person
from shared.db.bulk import document
from shared.db.locks import lock_name
from shared.db.record import now
from shared.db.sight import seen_ids
from shared.db.statement import Statement
from shared.errors import FieldError
from shared.ids import new_id
from shared.messaging.outbox import stage_many

STORE = Statement("""
insert into duplicates (tenant_id, id, version, created_at, updated_at, left_id, right_id, score, reasons, fingerprint)
select :tenant_id, id, 1, :moment, :moment, left_id, right_id, score, reasons, fingerprint
from jsonb_to_recordset(cast(:rows as jsonb)) as new
  (id uuid, left_id uuid, right_id uuid, score float8, reasons jsonb, fingerprint bigint)
on conflict (tenant_id, left_id, right_id) do update set version = duplicates.version + 1,
  updated_at = excluded.updated_at, score = excluded.score, reasons = excluded.reasons,
  fingerprint = excluded.fingerprint, status = 'open', decided_at = null, decided_by = null
where duplicates.fingerprint <> excluded.fingerprint
returning id, version, left_id, right_id, score
""")
FORGET = Statement("""
delete from duplicates where tenant_id = :tenant_id and status = 'open'
and (left_id = any(cast(:ids as uuid[])) or right_id = any(cast(:ids as uuid[])))
and (left_id, right_id) not in (select * from unnest(cast(:lefts as uuid[]), cast(:rights as uuid[])))
""")
DECIDE = Statement("""
update duplicates set status = :status, decided_at = :moment, updated_at = :moment, version = version + 1
from unnest(cast(:lefts as uuid[]), cast(:rights as uuid[])) as pair (left_id, right_id)
where tenant_id = :tenant_id and duplicates.left_id = pair.left_id and duplicates.right_id = pair.right_id
and status <> :status
""")
Pair = tuple[UUID, UUID]


async def find_anew(session: AsyncSession, people: Mapping[UUID, Person], gone: Sequence[UUID] = ()) -> int:
    """Keeps the keys of these people and finds who they may be; of those who are gone nothing is suggested.

    Returns how many pairs are new, or new again. One batch of a tenant at a time: two people who came at once would
    not see each other.
    """
    await one_at_a_time(session)
    await keep_keys(session, people, gone)
    return await judge_anew(session, people, gone)


async def judge_anew(session: AsyncSession, people: Mapping[UUID, Person], gone: Sequence[UUID] = ()) -> int:
    """The same for people whose keys are kept. The caller is alone."""
    judged = await judge_many(session, people)
    await _forget(session, [*people, *gone], judged)
    return await _store(session, judged)


async def one_at_a_time(session: AsyncSession) -> None:
    """Until the transaction ends nobody else of the tenant keeps keys or finds duplicates."""
    await lock_name(session, "duplicates")


async def refuse_duplicates(session: AsyncSession, given: Mapping[str, Any]) -> None:
    """Raises PossibleDuplicate if a new contact with these values may be someone who is known; Nameless."""
    contact = new_contact(session.info["context"].tenant_id, given)
    judged = await judge_one(session, contact)
    seen = await seen_ids(session, "contacts", [each.other for each in judged])
    judged = [each for each in judged if each.other in seen]
    if judged:
        candidates = [{"contact_id": each.other, "score": each.score} for each in judged[:5]]
        detail = "This person may be known already. Use one of the candidates, or create without check_duplicates."
        raise PossibleDuplicate(detail, candidates=candidates)


async def report_pair(session: AsyncSession, one: UUID, other: UUID) -> Duplicate:
    """Somebody says so: the pair is open, whatever was decided or found before.

    Raises ContactNotFound, ContactIsDeleted, ContactIsMerged, SameContact.
    """
    if one == other:
        detail = "A contact is no duplicate of itself. Name two."
        raise SameContact(detail, errors=[FieldError("same_contact", detail, pointer="/contact_ids")])
    found = await load_contacts(session, session.info["context"].tenant_id, [one, other])
    contacts = [await alive(session, found.get(each), each) for each in (one, other)]
    await one_at_a_time(session)
    judged = await judge_pair(session, contacts[0], contacts[1])
    await _store(session, [judged])
    duplicate = await _of_pair(session, min(one, other), max(one, other))
    duplicate.status, duplicate.decided_at, duplicate.decided_by = DuplicateStatus.OPEN.value, None, None
    await session.flush()
    return duplicate


async def dismiss_duplicate(session: AsyncSession, duplicate_id: UUID) -> Duplicate:
    """Does nothing to a dismissed pair. Raises DuplicateNotFound, AlreadyMerged."""
    duplicate = await _locked(session, duplicate_id)
    if duplicate.status == DuplicateStatus.MERGED:
        raise AlreadyMerged("The two were merged. Undo the merge instead.")
    if duplicate.status == DuplicateStatus.OPEN:
        duplicate.status = DuplicateStatus.DISMISSED.value
        duplicate.decided_at, duplicate.decided_by = now(), session.info["context"].actor_id
        await session.flush()
    return duplicate


async def decide(session: AsyncSession, status: DuplicateStatus, pairs: Sequence[Pair]) -> None:
    """What follows from a merge or its undo."""
    given = {"tenant_id": session.info["context"].tenant_id, "status": status.value, "moment": now()}
    await DECIDE.run(session, given | _sides(pairs))


async def _forget(session: AsyncSession, ids: Sequence[UUID], judged: Sequence[Judged]) -> None:
    """What is not found any more."""
    sides = _sides([(each.owner, each.other) for each in judged])
    await FORGET.run(session, {"tenant_id": session.info["context"].tenant_id, "ids": ids, **sides})


async def _store(session: AsyncSession, judged: Sequence[Judged]) -> int:
    if not judged:
        return 0
    rows = [
        {"id": new_id(), "left_id": min(each.owner, each.other), "right_id": max(each.owner, each.other)}
        | {"score": each.score, "reasons": each.reasons, "fingerprint": each.fingerprint}
        for each in judged
    ]
    given = {"tenant_id": session.info["context"].tenant_id, "moment": now(), "rows": document(rows)}
    return await stage_many(session, [_told(dict(row)) for row in await STORE.run(session, given)])


def _told(row: Mapping[str, Any]) -> DuplicateFound:
    return DuplicateFound(
        duplicate_id=row["id"],
        version=row["version"],
        contact_id=row["left_id"],
        other_id=row["right_id"],
        score=row["score"],
    )


def _sides(pairs: Sequence[Pair]) -> dict[str, list[UUID]]:
    return {"lefts": [min(pair) for pair in pairs], "rights": [max(pair) for pair in pairs]}


async def _of_pair(session: AsyncSession, left_id: UUID, right_id: UUID) -> Duplicate:
    tenant_id = session.info["context"].tenant_id
    query = select(Duplicate).where(
        Duplicate.tenant_id == tenant_id, Duplicate.left_id == left_id, Duplicate.right_id == right_id
    )
    return (await session.scalars(query.with_for_update())).one()


async def _locked(session: AsyncSession, duplicate_id: UUID) -> Duplicate:
    tenant_id = session.info["context"].tenant_id
    query = select(Duplicate).where(Duplicate.tenant_id == tenant_id, Duplicate.id == duplicate_id)
    duplicate = await session.scalar(query.with_for_update())
    sides = set() if duplicate is None else {duplicate.left_id, duplicate.right_id}
    if duplicate is None or await seen_ids(session, "contacts", list(sides)) != sides:
        raise DuplicateNotFound(f"There is no pair {duplicate_id}.")
    return duplicate
