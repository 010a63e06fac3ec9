"""Whose a contact was, and since when: a row for each change of its owner."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Uuid, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.contacts.events import OwnerChanged
from contacts_service.contacts.models import Contact
from contacts_service.database import Base
from shared.db.record import Instant, Xid8, now
from shared.db.statement import Statement
from shared.messaging.outbox import stage

NOTE = Statement("""
insert into contact_owners (tenant_id, contact_id, version, from_owner_id, to_owner_id, changed_at, changed_by)
select c.tenant_id, c.id, c.version + 1, c.owner_id, new.owner_id, cast(:moment as timestamptz), :actor_id
from unnest(cast(:ids as uuid[]), cast(:owners as uuid[])) as new (id, owner_id)
join contacts c on c.tenant_id = :tenant_id and c.id = new.id
returning contact_id, version, from_owner_id, to_owner_id, changed_at
""")


class ContactOwner(Base):
    """That a contact went from one owner to another with its `version`. `handover_id` says on what occasion; by
    `sync_xid` devices learn of those whom they are to forget.
    """

    __tablename__ = "contact_owners"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"], ondelete="CASCADE"),
        Index("contact_owners_sync_idx", "tenant_id", "sync_xid", "contact_id"),
        Index(
            "contact_owners_handover_idx", "tenant_id", "handover_id", postgresql_where=text("handover_id is not null")
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    from_owner_id: Mapped[UUID | None] = mapped_column(Uuid)
    to_owner_id: Mapped[UUID | None] = mapped_column(Uuid)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[UUID | None] = mapped_column(Uuid)
    handover_id: Mapped[UUID | None] = mapped_column(Uuid)
    sync_xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"), deferred=True)


async def note_owners(session: AsyncSession, contacts: Sequence[Contact]) -> None:
    """Before they are stored with their new owners: the database still knows the old ones."""
    context = session.info["context"]
    given: dict[str, Any] = {
        "tenant_id": context.tenant_id,
        "actor_id": context.actor_id,
        "moment": now(),
        "ids": [contact.id for contact in contacts],
        "owners": [contact.owner_id for contact in contacts],
    }
    noted = await NOTE.run(session, given)
    stage(session, *(OwnerChanged(**dict(row)) for row in noted))
