"""What interactions and orders can be read with: their contact, as far as this service knows it."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, String, Uuid, any_, bindparam, literal, select

from interaction_service.known_contacts.models import KnownContact, Successor
from shared.query import Field, Kind, Query
from shared.query.expansion import Expansion, Expansions
from shared.query.successors import members_of_survivors, survivor_of

KNOWN = KnownContact.__table__
SHOWN = ("id", "version", "full_name", "emails", "phones", "external_ids", "owner_id")
LIVE_CONTACTS = Query(
    select(literal("contact", String).label("type"), *(KNOWN.c[name] for name in SHOWN)).where(
        KNOWN.c.tenant_id == bindparam("tenant_id"),
        KNOWN.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
        KNOWN.c.deleted.is_(False),
    )
)
EXPANSIONS: Expansions = {"contact": Expansion("contact_id", LIVE_CONTACTS)}
SUCCESSORS = Successor.__table__


def contact_field(column: ColumnElement[UUID], **options: Any) -> Field:
    """The contact of a row: of a merged one the survivor, by whom its rows are found, too."""

    def among(ids: ColumnElement[Any]) -> ColumnElement[bool]:
        return column == any_(members_of_survivors(SUCCESSORS, ids))

    return Field("contact_id", survivor_of(SUCCESSORS, column), Kind.UUID, among=among, **options)
