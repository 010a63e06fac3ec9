"""Whom contacts meet: by rare keys in common, among all contacts of the tenant. Set-based, for one or hundreds."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.models import Contact, column_values
from contacts_service.matching.blocking import LARGEST_BLOCK, keys_of
from contacts_service.matching.layouts import person_of_contact
from contacts_service.matching.people import Person
from shared.db.statement import Statement

MOST_CANDIDATES = 50
"""Of each contact: those that it shares most and rarest keys with."""
IDENTIFYING = ("full_name", "given_name", "family_name", "birthday", "phones", "emails", "addresses")

REMOVE_KEYS = Statement(
    "delete from duplicate_keys where tenant_id = :tenant_id and contact_id = any(cast(:ids as uuid[]))"
)
ADD_KEYS = Statement("""
insert into duplicate_keys (tenant_id, key, contact_id)
select :tenant_id, key, owner from unnest(cast(:keys as bigint[]), cast(:owners as uuid[])) as new (key, owner)
on conflict do nothing
""")
MEET = Statement("""
with met as (
  select wanted.owner, known.contact_id, count(*) over (partition by wanted.owner, wanted.key) as crowd
  from unnest(cast(:keys as bigint[]), cast(:owners as uuid[])) as wanted (key, owner)
  cross join lateral (
    select contact_id from duplicate_keys
    where tenant_id = :tenant_id and key = wanted.key and contact_id <> wanted.owner limit :most + 1
  ) as known
), ranked as (
  select owner, contact_id, row_number() over (partition by owner order by sum(1.0 / crowd) desc, contact_id) as place
  from met where crowd <= :most group by owner, contact_id
)
select owner, contact_id from ranked where place <= :candidates
""")
MEET_BY_VALUE = Statement("""
select contact_id from (
  select known.contact_id, count(*) over (partition by wanted.kind, wanted.value) as crowd
  from unnest(cast(:kinds as text[]), cast(:values as text[])) as wanted (kind, value)
  cross join lateral (
    select contact_id from contact_keys
    where tenant_id = :tenant_id and kind = wanted.kind and value = wanted.value and contact_id <> :contact_id
    limit :most + 1
  ) as known
) as met
where crowd <= :most
""")
PEOPLE = Statement(
    f"select id, {', '.join(IDENTIFYING)} from contacts"  # noqa: S608 - our own names
    " where tenant_id = :tenant_id and id = any(cast(:ids as uuid[])) and deleted_at is null"
)


def person_of(contact: Contact) -> Person:
    return person_of_contact(str(contact.id), column_values(contact, IDENTIFYING))


def hash_of(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)


def fingerprint_of(person: Person) -> int:
    """Of all that the person is recognised by."""
    names = (person.given.written, person.family.written)
    place = (person.house, person.street, person.district, person.province, person.postcode)
    return hash_of(repr((names, person.birthday, sorted(person.phones), sorted(person.emails), place)))


async def keep_keys(session: AsyncSession, people: Mapping[UUID, Person], gone: Sequence[UUID] = ()) -> None:
    """Replaces the keys of these people; of those who are gone nothing is left."""
    tenant_id = session.info["context"].tenant_id
    await REMOVE_KEYS.run(session, {"tenant_id": tenant_id, "ids": [*people, *gone]})
    if people:
        await ADD_KEYS.run(session, {"tenant_id": tenant_id, **_owned_keys(people)})


async def meet(session: AsyncSession, people: Mapping[UUID, Person]) -> dict[UUID, list[UUID]]:
    """By each of the people, at most MOST_CANDIDATES others; they need not be stored themselves.

    What was written a moment ago is found only when its keys were kept.
    """
    limits = {"most": LARGEST_BLOCK, "candidates": MOST_CANDIDATES}
    given = {"tenant_id": session.info["context"].tenant_id, **_owned_keys(people), **limits}
    found: dict[UUID, list[UUID]] = {}
    for row in await MEET.run(session, given):
        found.setdefault(row["owner"], []).append(row["contact_id"])
    return found


async def meet_by_value(session: AsyncSession, contact: Contact) -> list[UUID]:
    """Who has the very e-mail or phone: known as soon as it is written. Nobody of a crowd."""
    keys = [key for key in contact.match_keys() if key[0] != "external"]
    if not keys:
        return []
    kinds, values = zip(*keys, strict=True)
    own = {"tenant_id": contact.tenant_id, "contact_id": contact.id}
    rows = await MEET_BY_VALUE.run(session, {**own, "kinds": kinds, "values": values, "most": LARGEST_BLOCK})
    return [row["contact_id"] for row in rows]


async def load_people(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """The values of the live ones among them that a Person is made of."""
    rows = await PEOPLE.run(session, {"tenant_id": session.info["context"].tenant_id, "ids": ids})
    return {row["id"]: dict(row) for row in rows}


def _owned_keys(people: Mapping[UUID, Person]) -> dict[str, Any]:
    owned = [(hash_of(key), owner) for owner, person in people.items() for key in keys_of(person)]
    return {"keys": [key for key, _ in owned], "owners": [owner for _, owner in owned]}
