"""What campaigns know of contacts."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from campaign_service.database import Base


class KnownContact(Base):
    """The newest state seen of a contact. Of a deleted one nothing is left but its version."""

    __tablename__ = "known_contacts"
    __table_args__ = (
        Index("known_contacts_owner_idx", "tenant_id", "owner_id", postgresql_where=text("owner_id is not null")),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    deleted: Mapped[bool] = mapped_column(server_default=text("false"))
    full_name: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(Text)
    sex: Mapped[str | None] = mapped_column(Text)
    birthday: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    home_province: Mapped[str | None] = mapped_column(Text)
    customer_class: Mapped[str | None] = mapped_column(Text)
    lifecycle_stage: Mapped[str | None] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    owner_id: Mapped[UUID | None] = mapped_column(Uuid)
