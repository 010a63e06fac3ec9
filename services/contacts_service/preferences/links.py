"""A link as it is stored, with what its contact is recognised by: for reads and for changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Uuid, and_, bindparam, select

from contacts_service.contacts.models import Contact
from contacts_service.preferences.models import PreferenceLink, PreferenceLinkEnded, PreferenceLinkNotFound

L, C = PreferenceLink.__table__, Contact.__table__
FIND_LINK = (
    select(L.c.contact_id, L.c.topic_id, L.c.expires_at, L.c.revoked_at, C.c.email, C.c.phone)
    .join_from(L, C, and_(C.c.tenant_id == L.c.tenant_id, C.c.id == L.c.contact_id))
    .where(L.c.tenant_id == bindparam("tenant_id"), L.c.id == bindparam("id", type_=Uuid))
)
Row = Mapping[str, Any]


def demand_link(row: Row | None, at: str | datetime) -> Row:
    """`at` is now, as the row has instants. Raises PreferenceLinkNotFound, PreferenceLinkEnded."""
    if row is None:
        raise PreferenceLinkNotFound("This link is not valid. Ask for a new one.")
    if row["revoked_at"] is not None or row["expires_at"] <= at:
        raise PreferenceLinkEnded("This link has expired, or was revoked. Ask for a new one.")
    return row
