"""Reads of contacts."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, String, Uuid, any_, bindparam, column, func, literal, select, table
from sqlalchemy.dialects.postgresql import ARRAY

from contacts_service.contacts.expansions import EXPANSIONS
from contacts_service.contacts.models import TAG, Contact, ContactDeleted, ContactKey, ContactNotFound, external_key
from contacts_service.contacts.search import CANDIDATES, search_terms
from contacts_service.contacts.survivors import moved_to_survivor
from contacts_service.contacts.tag_names import tag_key
from contacts_service.history.queries import changes_of
from shared.query import Collection, Document, Field, Kind, ListRequest, Page, Query, Reader, Row
from shared.query.cursor import Cursors
from shared.query.filters import Lookup

CONTACTS = Contact.__table__
KEYS = ContactKey.__table__


def _has_tag(key: ColumnElement[str]) -> ColumnElement[bool]:
    """By the keys: arrays of tags cannot use an index under row-level security, whose operators are not leakproof."""
    owners = select(KEYS.c.contact_id).where(
        KEYS.c.tenant_id == bindparam("tenant_id"), KEYS.c.kind == TAG, KEYS.c.value == key
    )
    return CONTACTS.c.id.in_(owners)


TAGGED = Lookup(tag_key, _has_tag)


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
    _field("tags", Kind.TAGS, lookup=TAGGED),
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
NEWEST = literal(UUID(int=2**128 - 1), Uuid)
"""RFC 9562's Max UUID: nothing has it."""


def _found(before: ColumnElement[UUID], most: ColumnElement[int]) -> ColumnElement[bool]:
    """As an array the ids are looked up in the primary key whatever the planner believes that their number is."""
    hits = func.search_contacts(
        bindparam("tenant_id"),
        bindparam("q_grams", type_=ARRAY(Integer)),
        bindparam("q_pairs", type_=ARRAY(String)),
        bindparam("q_patterns", type_=ARRAY(String)),
        before,
        most,
    )
    return CONTACTS.c.id == any_(func.array(select(hits).scalar_subquery()))


ANY_FOUND = {"any": _found(NEWEST, literal(CANDIDATES, Integer))}
FIRST_FOUND = {"first": _found(NEWEST, bindparam("limit", type_=Integer))}
NEXT_FOUND = {"next": _found(bindparam("k0", type_=Uuid), bindparam("limit", type_=Integer))}
OF_OWNERS = {
    "of_owners": CONTACTS.c.id
    == any_(
        func.array(
            select(
                func.search_contacts_of(
                    bindparam("tenant_id"),
                    func.array(select(column("user_id", Uuid)).select_from(table("seen_owners")).scalar_subquery()),
                    bindparam("q_grams", type_=ARRAY(Integer)),
                    bindparam("q_pairs", type_=ARRAY(String)),
                    bindparam("q_patterns", type_=ARRAY(String)),
                    literal(CANDIDATES, Integer),
                )
            ).scalar_subquery()
        )
    )
}
"""For a viewer, among the contacts that he sees: all the others might be candidates before one of his."""
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
    return await COLLECTION.page(reader, cursors, question, where=_where_found(reader, request))


def _where_found(reader: Reader, request: ListRequest) -> dict[str, ColumnElement[bool]]:
    if reader.viewer is not None:
        return OF_OWNERS
    if request.filter or request.sort or request.include_total:
        return ANY_FOUND
    return NEXT_FOUND if request.cursor else FIRST_FOUND


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
