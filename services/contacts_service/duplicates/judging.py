"""Who of those that meet is probably one person. The comparing runs in a thread: hundreds take a while."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.models import Contact
from contacts_service.duplicates.candidates import fingerprint_of, hash_of, load_people, meet, meet_by_value, person_of
from contacts_service.duplicates.weighing import weights_of
from contacts_service.matching.comparing import compare
from contacts_service.matching.grouping import LIKELY
from contacts_service.matching.layouts import person_of_contact
from contacts_service.matching.people import Person
from contacts_service.matching.scoring import Reason, explain, score
from contacts_service.matching.weights import Weights
from shared.db.sight import seen_ids


class Judged(NamedTuple):
    """`owner` and `other` are one person with the probability `score`."""

    owner: UUID
    other: UUID
    score: float
    reasons: list[dict[str, Any]]
    fingerprint: int


async def judge_one(session: AsyncSession, contact: Contact) -> list[Judged]:
    """Who the contact may be, stored or not; the likeliest first."""
    people = {contact.id: person_of(contact)}
    met = await meet(session, people)
    others = dict.fromkeys([*met.get(contact.id, ()), *await meet_by_value(session, contact)])
    return await _judge(session, people, {contact.id: list(others)})


async def judge_pair(session: AsyncSession, one: Contact, other: Contact) -> Judged:
    """These two, however improbable."""
    people = {one.id: person_of(one), other.id: person_of(other)}
    return _explained(one.id, other.id, people, await weights_of(session))


async def judge_many(session: AsyncSession, people: Mapping[UUID, Person]) -> list[Judged]:
    """Each pair once, whose keys are kept."""
    met = await meet(session, people)
    once = {owner: [each for each in others if each > owner or each not in people] for owner, others in met.items()}
    return await _judge(session, people, once)


async def _judge(
    session: AsyncSession, people: Mapping[UUID, Person], met: Mapping[UUID, Sequence[UUID]]
) -> list[Judged]:
    wanted = {other for others in met.values() for other in others if other not in people}
    if not any(met.values()):
        return []
    weights = await weights_of(session)
    rows = await load_people(session, list(await seen_ids(session, "contacts", list(wanted))))
    return await asyncio.to_thread(_compare, people, rows, met, weights)


def _compare(
    people: Mapping[UUID, Person],
    rows: Mapping[UUID, Mapping[str, Any]],
    met: Mapping[UUID, Sequence[UUID]],
    weights: Weights,
) -> list[Judged]:
    known = {contact_id: person_of_contact(str(contact_id), row) for contact_id, row in rows.items()} | dict(people)
    pairs = ((owner, other) for owner, others in met.items() for other in others if other in known)
    judged = [found for pair in pairs if (found := _judged(*pair, known, weights)) is not None]
    return sorted(judged, key=lambda found: (-found.score, found.other))


def _judged(owner: UUID, other: UUID, known: Mapping[UUID, Person], weights: Weights) -> Judged | None:
    left, right = known[min(owner, other)], known[max(owner, other)]
    if score(left, right, compare(left, right), weights) < LIKELY:
        return None
    return _explained(owner, other, known, weights)


def _explained(owner: UUID, other: UUID, known: Mapping[UUID, Person], weights: Weights) -> Judged:
    left, right = known[min(owner, other)], known[max(owner, other)]
    explained = explain(left, right, weights)
    fingerprint = hash_of(f"{fingerprint_of(left)} {fingerprint_of(right)}")
    reasons = [_told(each) for each in explained.reasons]
    return Judged(owner, other, round(explained.probability, 4), reasons, fingerprint)


def _told(reason: Reason) -> dict[str, Any]:
    """JSON-ready, the agreement in words."""
    return {**reason._asdict(), "agreement": reason.agreement.name.lower(), "weight": round(reason.weight, 2)}
