"""Keeps what is derived from contacts in step with them: match keys and search index, for one or a thousand at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.models import Contact, EmailTaken, ExternalIdTaken, column_values
from contacts_service.contacts.search import SEARCHED, SearchRow, search_row
from shared.db.refusals import Problems, refusal
from shared.db.statement import Statement, together
from shared.errors import FieldError

REMOVE = Statement("""
with gone as (delete from contact_search where tenant_id = :tenant_id and contact_id = any(:ids))
delete from contact_keys where tenant_id = :tenant_id and contact_id = any(:ids)
""")
ADD_KEYS = Statement("""
insert into contact_keys (tenant_id, kind, value, contact_id)
select :tenant_id, kind, value, contact_id
from unnest(cast(:kinds as text[]), cast(:values as text[]), cast(:owners as uuid[])) as new (kind, value, contact_id)
""")
ADD_SEARCH = Statement("""
insert into contact_search (tenant_id, contact_id, text, grams)
select :tenant_id, contact_id, text, cast(grams as int[])
from unnest(cast(:ids as uuid[]), cast(:texts as text[]), cast(:grams as text[])) as new (contact_id, text, grams)
""")
ADD_INDEX = together(
    ADD_KEYS,
    Statement(
        f"{ADD_SEARCH.text} on conflict (tenant_id, contact_id)"
        " do update set text = excluded.text, grams = excluded.grams"
    ),
)
REMOVE_TAGS = Statement("""
delete from contact_keys where tenant_id = :tenant_id and kind = 'tag' and contact_id = any(cast(:retagged as uuid[]))
and (value, contact_id) not in (select * from unnest(cast(:tags as text[]), cast(:tagged as uuid[])))
""")
ADD_TAGS = Statement("""
insert into contact_keys (tenant_id, kind, value, contact_id)
select :tenant_id, 'tag', value, contact_id
from unnest(cast(:tags as text[]), cast(:tagged as uuid[])) as new (value, contact_id)
on conflict do nothing
""")
FIND = Statement("""
select kind, value, contact_id from contact_keys
where tenant_id = :tenant_id
and (kind, value) in (select * from unnest(cast(:kinds as text[]), cast(:values as text[])))
order by contact_id
""")
Key = tuple[str, str]
NOTHING_KNOWN: Mapping[UUID, SearchRow] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class IndexRows:
    """The parameters of ADD_KEYS and of ADD_SEARCH."""

    keys: dict[str, Any]
    search: dict[str, Any]


def index_rows(contacts: Sequence[Contact], known: Mapping[UUID, SearchRow] = NOTHING_KNOWN) -> IndexRows:
    """Of one contact or more; `known` by id is what need not be found out again. Pure: it may run in a thread."""
    tenant_id = contacts[0].tenant_id
    ids = [contact.id for contact in contacts]
    owned = [
        (kind, value, contact_id)
        for contact_id, contact in zip(ids, contacts, strict=True)
        for kind, value in (*contact.match_keys(), *contact.tag_keys())
    ]
    kinds, values, owners = zip(*owned, strict=True) if owned else ((), (), ())
    keys = {"tenant_id": tenant_id, "kinds": kinds, "values": values, "owners": owners}
    rows = [
        known.get(contact_id) or search_row(tenant_id, column_values(contact, SEARCHED))
        for contact_id, contact in zip(ids, contacts, strict=True)
    ]
    texts, grams = zip(*rows, strict=True)
    return IndexRows(keys, {"tenant_id": tenant_id, "ids": ids, "texts": texts, "grams": grams})


def tag_rows(contacts: Sequence[Contact]) -> dict[str, Any]:
    """The parameters of REMOVE_TAGS and ADD_TAGS for contacts whose tags changed."""
    owned = [(value, contact.id) for contact in contacts for _, value in contact.tag_keys()]
    tags, tagged = zip(*owned, strict=True) if owned else ((), ())
    return {"retagged": [contact.id for contact in contacts], "tags": tags, "tagged": tagged}


async def index_new(session: AsyncSession, contacts: Sequence[Contact]) -> None:
    """Of contacts that have no keys yet. Raises EmailTaken, ExternalIdTaken: the unique index decides."""
    if contacts:
        await write_index(session, index_rows(contacts))


async def write_index(session: AsyncSession, rows: IndexRows) -> None:
    """Raises EmailTaken, ExternalIdTaken."""
    try:
        await ADD_INDEX.run(session, {**rows.keys, **rows.search})
    except IntegrityError as error:
        raise refusal(error, TAKEN) from error


async def index_again(session: AsyncSession, contacts: Sequence[Contact]) -> None:
    """Of contacts that changed."""
    await unindex(session, contacts)
    await index_new(session, contacts)


async def unindex(session: AsyncSession, contacts: Sequence[Contact]) -> None:
    if contacts:
        given = {"tenant_id": contacts[0].tenant_id, "ids": [contact.id for contact in contacts]}
        await REMOVE.run(session, given)


async def owners_of(session: AsyncSession, tenant_id: UUID, keys: Sequence[Key]) -> dict[Key, list[UUID]]:
    """The live contacts that have each key, oldest first."""
    if not keys:
        return {}
    kinds, values = zip(*keys, strict=True)
    found: dict[Key, list[UUID]] = {}
    for row in await FIND.run(session, {"tenant_id": tenant_id, "kinds": kinds, "values": values}):
        found.setdefault((row["kind"], row["value"]), []).append(row["contact_id"])
    return found


def _external_id_taken() -> ExternalIdTaken:
    detail = "This external id already belongs to another contact."
    return ExternalIdTaken(detail, errors=[FieldError("external_id_taken", detail, pointer="/external_ids")])


def _email_taken() -> EmailTaken:
    detail = "This e-mail already belongs to another contact. Update that contact, or leave the e-mail out."
    return EmailTaken(detail, errors=[FieldError("email_taken", detail, pointer="/emails")])


TAKEN: Problems = {"contact_keys_external_idx": _external_id_taken, "contact_keys_email_idx": _email_taken}
