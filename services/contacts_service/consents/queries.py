"""Reads of consents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, literal, select

from contacts_service.consents.models import ConsentDecision
from contacts_service.consents.standing import STANDINGS
from contacts_service.contacts.models import Contact, ContactDeleted, ContactNotFound
from contacts_service.contacts.survivors import moved_to_survivor
from contacts_service.purposes.models import DO_NOT_CONTACT
from shared.query import Collection, Field, Kind, ListRequest, Page, Query, Reader
from shared.query.cursor import Cursors

CONTACTS, D = Contact.__table__, ConsentDecision.__table__
STANDING = Query(STANDINGS)
DELETED_AT = Query(
    select(CONTACTS.c.id, CONTACTS.c.deleted_at, CONTACTS.c.merged_into).where(
        CONTACTS.c.tenant_id == bindparam("tenant_id"), CONTACTS.c.id == bindparam("id")
    )
)
SHOWN = ("purpose", "channel", "state", "decided_for", "decision_id", "lawful_basis", "occurred_at", "recorded_at",
         "source", "evidence", "text_version", "recorded_by")  # fmt: skip


def _field(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Field:
    return Field(name, D.c[name], kind, **{"filterable": False, **options})


FIELDS = [
    _field("id", Kind.UUID, sortable=True, nullable=False),
    Field("type", literal("consent_decision", String), Kind.TEXT, filterable=False),
    _field("contact_id", Kind.UUID),
    _field("purpose", filterable=True),
    _field("channel", filterable=True),
    _field("decision", filterable=True),
    _field("lawful_basis"),
    _field("occurred_at", Kind.INSTANT),
    _field("recorded_at", Kind.INSTANT),
    _field("source"),
    _field("evidence"),
    _field("text_version", Kind.INTEGER),
    _field("recorded_by", Kind.UUID),
]
SEQ = Field("recorded_at", D.c.seq, Kind.INTEGER, sortable=True, filterable=False, nullable=False)
HISTORY = Collection(
    "consent decisions",
    D,
    FIELDS,
    where=[D.c.contact_id == bindparam("contact_id")],
    hidden=[SEQ],
    default_sort="-recorded_at",
)


async def demand_contact(reader: Reader, contact_id: UUID) -> None:
    """Raises ContactNotFound, ContactDeleted, MovedError."""
    row = await reader.one_or_none(DELETED_AT, id=contact_id)
    if row is None:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    if row["merged_into"] is not None:
        raise await moved_to_survivor(reader, contact_id)
    if row["deleted_at"] is not None:
        raise ContactDeleted(f"Contact {contact_id} was deleted. Restore it first.")


async def standings(
    reader: Reader,
    contact_ids: Sequence[UUID],
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> list[dict[str, Any]]:
    """What counts, by contact, purpose and channel, of contacts that exist or not."""
    rows = await reader.rows(STANDING, ids=contact_ids, as_of=as_of, known_at=known_at)
    return [dict(row) for row in rows]


async def consents_of(
    reader: Reader, contact_id: UUID, *, as_of: datetime | None = None, known_at: datetime | None = None
) -> list[dict[str, Any]]:
    """Raises ContactNotFound, ContactDeleted."""
    await demand_contact(reader, contact_id)
    found = await standings(reader, [contact_id], as_of=as_of, known_at=known_at)
    return [_shown(row) for row in found if row["purpose"] != DO_NOT_CONTACT]


async def do_not_contact_of(reader: Reader, contact_id: UUID) -> list[dict[str, Any]]:
    """Raises ContactNotFound, ContactDeleted."""
    await demand_contact(reader, contact_id)
    found = await standings(reader, [contact_id])
    return [_shown(row) for row in found if row["purpose"] == DO_NOT_CONTACT]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in SHOWN}


async def history(reader: Reader, cursors: Cursors, contact_id: UUID, request: ListRequest) -> Page:
    """Newest first. Raises ContactNotFound, ContactDeleted."""
    await demand_contact(reader, contact_id)
    return await HISTORY.page(reader, cursors, request.with_extra(contact_id=str(contact_id)))
