"""Links by which a person changes what we may send, without signing in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from contacts_service.moving import goes_along
from shared.db.record import Instant
from shared.errors import GoneError, NotFoundError


class PreferenceLinkNotFound(NotFoundError):
    code = "preference_link_not_found"
    title = ("This link is not valid", "ลิงก์นี้ไม่ถูกต้อง")


class PreferenceLinkEnded(GoneError):
    code = "preference_link_ended"
    title = ("This link is no longer valid", "ลิงก์นี้หมดอายุหรือถูกยกเลิกแล้ว")


class PreferenceLink(Base):
    """Of one contact. With a `topic_id` its one-click unsubscription ends that topic only."""

    __tablename__ = "preference_links"
    __table_args__ = (Index("preference_links_contact_idx", "tenant_id", "contact_id", "id"),)

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(Uuid)
    topic_id: Mapped[UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[UUID | None] = mapped_column(Uuid)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


goes_along("preference_links")
