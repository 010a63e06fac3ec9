"""Reads of contacts."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, bindparam, literal, select, true

from contacts_service.contacts.expansions import EXPANSIONS
from contacts_service.contacts.hits import found_by
from contacts_service.contacts.models import TAG, Contact, ContactDeleted, ContactKey, ContactNotFound, external_key
from contacts_service.contacts.search import search_terms
from contacts_service.contacts.survivors import moved_to_survivor
from contacts_service.contacts.tag_names import tag_key
from contacts_service.history.queries import changes_of
from shared.query import Collection, Document, Field, Kind, ListRequest, Page, Query, Reader, Row
from shared.query.cursor import Cursors
from shared.query.filters import Lookup, Ordered

CONTACTS = Contact.__table__
KEYS = ContactKey.__table__


TAG_KEYS = KEYS.alias("tag_keys")
OF_TAGS = (TAG_KEYS.c.tenant_id == bindparam("tenant_id"), TAG_KEYS.c.kind == TAG)


def _has_tag(key: ColumnElement[str]) -> ColumnElement[bool]:
    """Looked up row by row, whatever the planner believes: where few contacts have the tag, they are found by it."""
    mine = TAG_KEYS.c.contact_id == CONTACTS.c.id
    return select(true()).where(*OF_TAGS, TAG_KEYS.c.value == key, mine).scalar_subquery()


TAGGED = Lookup(tag_key, _has_tag)
BY_TAG = Ordered(TAG_KEYS, OF_TAGS, TAG_KEYS.c.value, frozenset(("contains",)), {"id": TAG_KEYS.c.contact_id})
"""The keys, as arrays of tags cannot use an index under row-level security, whose operators are not leakproof."""


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, CONTACTS.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("contact", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("owner_id", Kind.UUID),
    _field("external_ids", filterable=False),
    Field("full_name", CONTACTS.c.full_name, Kind.TEXT, nullable=False),
    _field("prefix", filterable=False),
    _field("given_name", sortable=True),
    _field("middle_name", filterable=False),
    _field("family_name", sortable=True),
    _field("suffix", filterable=False),
    _field("nickname"),
    _field("name_order", filterable=False),
    _field("email", sortable=True),
    _field("phone"),
    _field("emails", filterable=False),
    _field("phones", filterable=False),
    _field("addresses", filterable=False),
    _field("birthday", filterable=False),
    _field("sex"),
    _field("occupation"),
    _field("education"),
    _field("job_title"),
    _field("home_province"),
    _field("income_band"),
    _field("social_class"),
    _field("customer_class"),
    _field("lifecycle_stage"),
    _field("language"),
    _field("company_id", Kind.UUID),
    _field("tags", Kind.TAGS, lookup=TAGGED, ordered=BY_TAG),
    _field("notes", filterable=False),
    _field("custom_fields", filterable=False),
]
SORT_NAME = Field("full_name", CONTACTS.c.sort_name, Kind.TEXT, sortable=True, filterable=False, nullable=False)

LIVE = CONTACTS.c.deleted_at.is_(None)
COLLECTION = Collection("contacts", CONTACTS, FIELDS, where=[LIVE], hidden=[SORT_NAME], expansions=EXPANSIONS)


CHANGES = changes_of(CONTACTS)
EXISTS = Query(
    select(CONTACTS.c.id).where(CONTACTS.c.tenant_id == bindparam("tenant_id"), CONTACTS.c.id == bindparam("id"))
)
_COLUMNS = [field.expression.label(field.name) for field in FIELDS]
CONTACT_BY_ID = Query(
    select(*_COLUMNS, CONTACTS.c.version.label("etag"), CONTACTS.c.deleted_at, CONTACTS.c.merged_into).where(
        CONTACTS.c.tenant_id == bindparam("tenant_id"), CONTACTS.c.id == bindparam("id")
    ),
    shown=[field.name for field in FIELDS],
)
ID_BY_KEY = Query(
    select(KEYS.c.contact_id).where(
        KEYS.c.tenant_id == bindparam("tenant_id"), KEYS.c.kind == bindparam("kind"), KEYS.c.value == bindparam("value")
    )
)


async def get_contact(reader: Reader, contact_id: UUID) -> Document:
    """Raises ContactNotFound, ContactDeleted, MovedError."""
    row = await reader.one_or_none(CONTACT_BY_ID, id=contact_id)
    if row is None:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    if row["merged_into"] is not None:
        raise await moved_to_survivor(reader, contact_id)
    return _alive(row, contact_id)


async def get_by_external_id(reader: Reader, system: str, external_id: str) -> Document:
    """Raises ContactNotFound."""
    contact_id = await reader.value(ID_BY_KEY, kind="external", value=external_key(system, external_id))
    if contact_id is None:
        raise ContactNotFound(f"No contact has the id {external_id!r} in {system!r}.")
    return await get_contact(reader, contact_id)


async def list_contacts(reader: Reader, cursors: Cursors, request: ListRequest, q: str | None = None) -> Page:
    """`q` finds words or parts of words in names, e-mails and phone numbers, the newest id first.

    With a filter, a sort or a total it looks among the newest 500 hits; without, through all of them.
    """
    if not q:
        return await COLLECTION.page(reader, cursors, request)
    terms = search_terms(reader.tenant_id, q)
    if not terms["q_patterns"]:
        return Page([], None)
    question = replace(request, sort=request.sort or "-id").with_extra(**terms)
    return await COLLECTION.page(reader, cursors, question, where=found_by(reader, request))


async def list_changes(reader: Reader, cursors: Cursors, contact_id: UUID, request: ListRequest) -> Page:
    """Of a deleted contact, too. Raises ContactNotFound."""
    if await reader.one_or_none(EXISTS, id=contact_id) is None:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    return await CHANGES.page(reader, cursors, request.with_extra(record_id=contact_id))


def _alive(row: Row, contact_id: UUID) -> Document:
    if row["deleted_at"] is not None:
        raise ContactDeleted(
            f"Contact {contact_id} was deleted. POST /v1/contacts/{contact_id}/restore brings it back."
        )
    return Document(row["etag"], row["document"])
