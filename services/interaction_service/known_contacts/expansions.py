"""What interactions and orders can be read with: their contact, as far as this service knows it."""

from sqlalchemy import ARRAY, String, Uuid, any_, bindparam, literal, select

from interaction_service.known_contacts.models import KnownContact
from shared.query import Query
from shared.query.expansion import Expansion, Expansions

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
