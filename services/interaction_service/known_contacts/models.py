"""What this service keeps of the contacts, fed by their events."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Index, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from interaction_service.database import Base
from shared.db.successors import SuccessorColumns

EMAIL = "email"
"""The `system` of e-mail addresses among a contact's keys."""


class KnownContact(Base):
    """The newest version seen of a contact. Of a deleted one nothing is left but its version."""

    __tablename__ = "known_contacts"
    __table_args__ = (
        Index("known_contacts_owner_idx", "tenant_id", "owner_id", postgresql_where=text("owner_id is not null")),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    full_name: Mapped[str | None] = mapped_column(String(320))
    emails: Mapped[list[str]] = mapped_column(ARRAY(Text))
    phones: Mapped[list[str]] = mapped_column(ARRAY(Text))
    external_ids: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    owner_id: Mapped[UUID | None] = mapped_column(Uuid)
    deleted: Mapped[bool] = mapped_column(Boolean)


class Successor(SuccessorColumns, Base):
    """A contact that was merged into another one. What happened with it keeps its id; reads go through the survivor."""


class KnownContactKey(Base):
    """One way to name one live contact: its id in another system, or an e-mail (system `email`).

    While events are on their way, two contacts may have the same key.
    """

    __tablename__ = "known_contact_keys"
    __table_args__ = (Index("known_contact_keys_contact_idx", "tenant_id", "contact_id"),)

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    system: Mapped[str] = mapped_column(String(50), primary_key=True)
    ref: Mapped[str] = mapped_column(String(320), primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
