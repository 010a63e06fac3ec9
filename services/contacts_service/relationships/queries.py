"""Reads of relationships."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Uuid, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.companies.queries import get_company
from contacts_service.contacts.queries import get_contact
from contacts_service.relationship_kinds.kinds import PartyType
from contacts_service.relationships.models import RelationshipNotFound
from contacts_service.relationships.parties import Party
from contacts_service.relationships.seen import SEEN
from shared.query import Collection, Field, Kind, ListRequest, Page, Query, Reader
from shared.query.cursor import Cursors


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, SEEN.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    _field("type", filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, nullable=False),
    _field("updated_at", Kind.INSTANT, nullable=False),
    _field("party", filterable=False),
    _field("kind", nullable=False),
    _field("name", filterable=False),
    _field("other", filterable=False),
    _field("inverse_kind", filterable=False),
    _field("inverse_name", filterable=False),
    _field("title"),
    _field("role"),
    _field("valid_from", Kind.DAY, sortable=True),
    _field("valid_to", Kind.DAY, sortable=True),
    _field("is_current", Kind.BOOLEAN, nullable=False),
    _field("is_main", Kind.BOOLEAN, nullable=False),
    _field("notes", filterable=False),
]
COLLECTION = Collection("relationships", SEEN, FIELDS, default_sort="-id")
THIS_CONTACT = bindparam("this_contact_id", type_=Uuid)
THIS_COMPANY = bindparam("this_company_id", type_=Uuid)
IS_ONE_OF_THEM = {
    PartyType.CONTACT: or_(SEEN.c.contact_id == THIS_CONTACT, SEEN.c.other_contact_id == THIS_CONTACT),
    PartyType.COMPANY: or_(SEEN.c.company_id == THIS_COMPANY, SEEN.c.other_company_id == THIS_COMPANY),
}
AT = bindparam("at", type_=Date)
HELD_AT = or_(SEEN.c.valid_from.is_(None), SEEN.c.valid_from <= AT) & or_(
    SEEN.c.valid_to.is_(None), SEEN.c.valid_to >= AT
)
ONE = select(*(SEEN.c[field.name] for field in FIELDS)).where(
    SEEN.c.tenant_id == bindparam("tenant_id"), SEEN.c.id == bindparam("id")
)
STORED = Query(ONE)


async def list_relationships(
    reader: Reader, cursors: Cursors, party: Party, request: ListRequest, at: date | None
) -> Page:
    """The newest first. Raises what `get_contact` and `get_company` raise."""
    where = {party.type.value: IS_ONE_OF_THEM[party.type]} | ({} if at is None else {"at": HELD_AT})
    given = _side(party) | ({} if at is None else {"at": at})
    page = await COLLECTION.page(reader, cursors, request.with_extra(**given), where=where)
    if not page.data:
        await (get_contact if party.type is PartyType.CONTACT else get_company)(reader, party.id)
    return page


async def get_relationship(reader: Reader, relationship_id: UUID) -> dict[str, Any]:
    """As the side sees it from which it is stored. Raises RelationshipNotFound."""
    row = await reader.one_or_none(STORED, id=relationship_id, **_side(None))
    if row is None:
        raise RelationshipNotFound(f"There is no relationship {relationship_id}.")
    return dict(row)


async def just_written(session: AsyncSession, relationship_id: UUID, party: Party | None = None) -> Any:
    """The relationship as the transaction has left it and as `party` sees it. Raises RelationshipNotFound."""
    given = {"tenant_id": session.info["context"].tenant_id, "id": relationship_id}
    found = await session.execute(ONE, given | _side(party))
    if (row := found.one_or_none()) is None:
        raise RelationshipNotFound(f"The relationship {relationship_id} is of somebody who was deleted.")
    return row


def _side(party: Party | None) -> dict[str, Any]:
    """Who sees them: the parameters of SEEN."""
    seeing = {"this_contact_id": None, "this_company_id": None}
    return seeing if party is None else {**seeing, f"this_{party.column}": party.id}
