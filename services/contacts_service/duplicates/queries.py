"""Reads of duplicates."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Float, String, Uuid, and_, any_, bindparam, exists, literal, or_, select

from contacts_service.contacts.models import Contact
from contacts_service.duplicates.models import Duplicate, DuplicateNotFound
from shared.query import Collection, Field, Kind, ListRequest, Page, Query, Reader
from shared.query.cursor import Cursors
from shared.query.expansion import Expansion, Expansions

DUPLICATES, CONTACTS = Duplicate.__table__, Contact.__table__
SHOWN = ("id", "version", "full_name", "email", "phone", "birthday", "created_at")
LIVE_CONTACTS = Query(
    select(literal("contact", String).label("type"), *(CONTACTS.c[name] for name in SHOWN)).where(
        CONTACTS.c.tenant_id == bindparam("tenant_id"),
        CONTACTS.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
        CONTACTS.c.deleted_at.is_(None),
    )
)
EXPANSIONS: Expansions = {"left": Expansion("left_id", LIVE_CONTACTS), "right": Expansion("right_id", LIVE_CONTACTS)}
AT_LEAST = DUPLICATES.c.score >= bindparam("min_score", type_=Float())
OF_CONTACT = or_(
    DUPLICATES.c.left_id == bindparam("contact_id", type_=Uuid()),
    DUPLICATES.c.right_id == bindparam("contact_id", type_=Uuid()),
)


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, DUPLICATES.c[name], kind, **options)


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("duplicate", String), Kind.TEXT, filterable=False),
    _field("version", Kind.INTEGER, filterable=False),
    _field("created_at", Kind.INSTANT, sortable=True, nullable=False),
    _field("updated_at", Kind.INSTANT, filterable=False),
    _field("left_id", Kind.UUID, filterable=False),
    _field("right_id", Kind.UUID, filterable=False),
    _field("score", Kind.NUMBER, sortable=True, filterable=False, nullable=False),
    _field("reasons", filterable=False),
    _field("status", nullable=False),
    _field("decided_at", Kind.INSTANT, filterable=False),
    _field("decided_by", Kind.UUID),
]
COLLECTION = Collection("duplicates", DUPLICATES, FIELDS, default_sort="-score", expansions=EXPANSIONS)
BY_ID = select(*(field.expression.label(field.name) for field in FIELDS)).where(
    DUPLICATES.c.tenant_id == bindparam("tenant_id"), DUPLICATES.c.id == bindparam("id")
)
DUPLICATE_BY_ID = Query(BY_ID)
BOTH_SEEN = and_(
    *(
        exists().where(CONTACTS.c.tenant_id == DUPLICATES.c.tenant_id, CONTACTS.c.id == DUPLICATES.c[side])
        for side in ("left_id", "right_id")
    )
)
"""By who does not see all contacts."""
SEEN_BY_ID = Query(BY_ID.where(BOTH_SEEN))


async def list_duplicates(
    reader: Reader, cursors: Cursors, request: ListRequest, *, min_score: float | None, contact_id: UUID | None
) -> Page:
    conditions: dict[str, ColumnElement[bool]] = {} if reader.viewer is None else {"seen": BOTH_SEEN}
    if min_score is not None:
        conditions["min_score"] = AT_LEAST
        request = request.with_extra(min_score=min_score)
    if contact_id is not None:
        conditions["contact_id"] = OF_CONTACT
        request = request.with_extra(contact_id=contact_id)
    return await COLLECTION.page(reader, cursors, request, where=conditions)


async def get_duplicate(reader: Reader, duplicate_id: UUID) -> dict[str, Any]:
    """Raises DuplicateNotFound."""
    row = await reader.one_or_none(DUPLICATE_BY_ID if reader.viewer is None else SEEN_BY_ID, id=duplicate_id)
    if row is None:
        raise DuplicateNotFound(f"There is no pair {duplicate_id}.")
    return dict(row)
