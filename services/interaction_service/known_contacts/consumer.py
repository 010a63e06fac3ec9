"""Contacts' own events, kept as far as this service needs them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.known_contacts.keys import keep_keys, share_keys
from interaction_service.known_contacts.models import EMAIL
from shared.db.successors import keep_successors
from shared.messaging import Consumer, ProjectionTable, Reading, newest_per_key

REMEMBER = text("""
insert into known_contacts (tenant_id, id, version, full_name, emails, phones, external_ids, owner_id, deleted)
select :tenant_id, id, version, full_name, emails, phones, external_ids, owner_id, deleted
from jsonb_to_recordset(cast(:rows as jsonb)) as new (id uuid, version bigint, full_name text, emails text[],
  phones text[], external_ids jsonb, owner_id uuid, deleted boolean)
on conflict (tenant_id, id) do update set version = excluded.version,
  full_name = excluded.full_name, emails = excluded.emails, phones = excluded.phones,
  external_ids = excluded.external_ids, owner_id = excluded.owner_id, deleted = excluded.deleted
where known_contacts.version < excluded.version
returning id
""")


class ExternalId(BaseModel):
    system: str
    id: str


class ContactSeen(
    Reading,
    types=(
        "contacts.contact.created.v1",
        "contacts.contact.updated.v1",
        "contacts.contact.restored.v1",
        "contacts.contact.unmerged.v1",
        "contacts.contact.snapshot.v1",
    ),
):
    contact_id: UUID
    version: int
    full_name: str
    emails: list[str]
    phones: list[str]
    owner_id: UUID | None
    external_ids: list[ExternalId] = []

    @property
    def merged_into(self) -> None:
        """A live contact stands for itself."""

    def row(self) -> dict[str, Any]:
        kept = self.model_dump(include={"version", "full_name", "emails", "phones", "owner_id", "external_ids"})
        return {"id": self.contact_id, "deleted": False, **kept}

    def keys(self) -> list[tuple[str, str]]:
        return [*((EMAIL, email) for email in self.emails), *((each.system, each.id) for each in self.external_ids)]


class ContactGone(
    Reading,
    types=("contacts.contact.deleted.v1", "contacts.contact.merged.v1", "contacts.contact.tombstone.v1"),
):
    """Nobody is reached by a deleted or merged contact's name or addresses: they are forgotten."""

    contact_id: UUID
    version: int
    merged_into: UUID | None = None

    def row(self) -> dict[str, Any]:
        forgotten: dict[str, Any] = {
            "full_name": None,
            "emails": [],
            "phones": [],
            "owner_id": None,
            "external_ids": [],
        }
        return {"id": self.contact_id, "version": self.version, "deleted": True, **forgotten}

    def keys(self) -> list[tuple[str, str]]:
        return []


consumer = Consumer(
    "known_contacts",
    tables=[ProjectionTable("known_contacts"), ProjectionTable("known_contact_keys"), ProjectionTable("successors")],
)


@consumer.on(ContactSeen)
async def remember_contacts(session: AsyncSession, events: Sequence[ContactSeen]) -> None:
    """Keeps the newest version seen of each contact, in whatever order events arrive."""
    await _remember(session, events)


@consumer.on(ContactGone)
async def forget_contacts(session: AsyncSession, events: Sequence[ContactGone]) -> None:
    await _remember(session, events)


async def _remember(session: AsyncSession, events: Sequence[ContactSeen | ContactGone]) -> None:
    await share_keys(session)
    newest = {event.contact_id: event for event in newest_per_key(events)}
    rows = orjson.dumps([event.row() for event in newest.values()]).decode()
    tenant_id = session.info["context"].tenant_id
    taken_over = (await session.scalars(REMEMBER, {"tenant_id": tenant_id, "rows": rows})).all()
    await keep_keys(session, {contact_id: newest[contact_id].keys() for contact_id in taken_over})
    await keep_successors(session, {contact_id: newest[contact_id].merged_into for contact_id in taken_over})
