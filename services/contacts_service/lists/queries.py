"""Reads of lists and of their contacts."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, String, Uuid, any_, bindparam, func, literal, select

from contacts_service.contacts import queries as contacts
from contacts_service.contacts.queries import CONTACTS, LIVE
from contacts_service.lists.models import ListDeleted, ListMember, ListNotFound
from contacts_service.lists.sight import ACTOR, LISTS, SEEN
from shared.query import Collection, Document, Field, Kind, ListRequest, Page, Query, Reader
from shared.query.cursor import Cursors

MEMBERS = ListMember.__table__


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, LISTS.c[name], kind, **options)


# As an array the members are looked up in the primary key whatever the planner believes: right after a list was filled,
# a join read all contacts for each of them.
_members = (
    select(MEMBERS.c.contact_id)
    .where(MEMBERS.c.tenant_id == LISTS.c.tenant_id, MEMBERS.c.list_id == LISTS.c.id)
    .correlate(LISTS)
    .scalar_subquery()
)
COUNTED = (
    select(func.count())
    .where(CONTACTS.c.tenant_id == LISTS.c.tenant_id, CONTACTS.c.id == any_(func.array(_members)), LIVE)
    .correlate(LISTS)
    .scalar_subquery()
    .cast(BigInteger)
)
FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("list", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("owner_id", Kind.UUID),
    _field("name", sortable=True, nullable=False),
    _field("description", filterable=False),
    _field("visibility"),
    _field("shared_with", filterable=False),
    _field("is_personal", Kind.BOOLEAN),
    Field("contacts", COUNTED, Kind.INTEGER, filterable=False),
]
COLLECTION = Collection("lists", LISTS, FIELDS, where=[LISTS.c.deleted_at.is_(None), SEEN], default_sort="name")
LIST_BY_ID = Query(
    select(
        *(field.expression.label(field.name) for field in FIELDS), LISTS.c.version.label("etag"), LISTS.c.deleted_at
    ).where(LISTS.c.tenant_id == bindparam("tenant_id"), LISTS.c.id == bindparam("id"), SEEN),
    shown=[field.name for field in FIELDS],
)
SEEN_LIST = Query(
    select(LISTS.c.id).where(
        LISTS.c.tenant_id == bindparam("tenant_id"), LISTS.c.id == bindparam("id"), LISTS.c.deleted_at.is_(None), SEEN
    )
)
MINE = LISTS.c.owner_id == ACTOR
WITH_CONTACT = LISTS.c.id.in_(
    select(MEMBERS.c.list_id).where(
        MEMBERS.c.tenant_id == bindparam("tenant_id"), MEMBERS.c.contact_id == bindparam("contact_id", type_=Uuid())
    )
)
ON_LIST = CONTACTS.c.id.in_(
    select(MEMBERS.c.contact_id).where(
        MEMBERS.c.tenant_id == bindparam("tenant_id"), MEMBERS.c.list_id == bindparam("list_id", type_=Uuid())
    )
)
COUNT = (
    select(COUNTED).select_from(LISTS).where(LISTS.c.tenant_id == bindparam("tenant_id"), LISTS.c.id == bindparam("id"))
)


async def get_list(reader: Reader, list_id: UUID, actor_id: UUID) -> Document:
    """Raises ListNotFound, ListDeleted."""
    row = await reader.one_or_none(LIST_BY_ID, id=list_id, actor_id=actor_id)
    if row is None:
        raise ListNotFound(f"There is no list {list_id}.")
    if row["deleted_at"] is not None:
        raise ListDeleted(f"List {list_id} was deleted.")
    return Document(row["etag"], row["document"])


async def list_lists(reader: Reader, cursors: Cursors, request: ListRequest, actor_id: UUID, *, mine: bool) -> Page:
    request = request.with_extra(actor_id=actor_id, mine=mine)
    return await COLLECTION.page(reader, cursors, request, where={"mine": MINE} if mine else {})


async def lists_of_contact(
    reader: Reader, cursors: Cursors, request: ListRequest, actor_id: UUID, contact_id: UUID
) -> Page:
    """Raises ContactNotFound, ContactDeleted."""
    await contacts.get_contact(reader, contact_id)
    request = request.with_extra(actor_id=actor_id, contact_id=contact_id)
    return await COLLECTION.page(reader, cursors, request, where={"contact": WITH_CONTACT})


async def contacts_of_list(
    reader: Reader, cursors: Cursors, request: ListRequest, actor_id: UUID, list_id: UUID
) -> Page:
    """Raises ListNotFound."""
    if await reader.one_or_none(SEEN_LIST, id=list_id, actor_id=actor_id) is None:
        raise ListNotFound(f"There is no list {list_id}.")
    request = request.with_extra(list_id=list_id)
    return await contacts.COLLECTION.page(reader, cursors, request, where={"list": ON_LIST})
