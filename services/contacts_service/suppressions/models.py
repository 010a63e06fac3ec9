"""Addresses that nobody may write to or call, whoever has them. The addresses themselves are not kept.

What is kept is a keyed hash, so that an opt-out outlives the erasure of the contact, and nobody without the key can
try out addresses. It holds for an address that is imported again, and for a new contact.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from hmac import new as hmac
from uuid import UUID

from sqlalchemy import Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from contacts_service.moving import goes_along
from shared.db.record import Instant
from shared.errors import NotFoundError

EVERY_PURPOSE = "all"
NOBODY = UUID(int=0)
"""In place of a contact: somebody gave the address itself, or the contact was erased."""
Address = tuple[str, str]
"""Kind and value, as `contact_keys` has them: lower case, E.164."""


class SuppressionNotFound(NotFoundError):
    code = "suppression_not_found"
    title = ("No such suppressed address", "ไม่พบที่อยู่ที่ระงับการติดต่อ")


class SuppressedAddress(Base):
    """`contact_id` is the contact whose opt-out it was, or NOBODY."""

    __tablename__ = "suppressed_addresses"
    __table_args__ = (
        Index(
            "suppressed_addresses_once_idx",
            "tenant_id",
            "digest",
            "channel",
            "purpose",
            "contact_id",
            unique=True,
        ),
        Index("suppressed_addresses_contact_idx", "tenant_id", "contact_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(10))
    purpose: Mapped[str] = mapped_column(String(50))
    contact_id: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str | None] = mapped_column(String(500))
    source: Mapped[str] = mapped_column(String(50))
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[UUID | None] = mapped_column(Uuid)


goes_along("suppressed_addresses", unique=("digest", "channel", "purpose"))


class Digests:
    """HMAC-SHA-256 of addresses, of each tenant its own: equal addresses of two tenants have nothing in common."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, tenant_id: UUID, address: Address) -> str:
        kind, value = address
        return hmac(self._key, tenant_id.bytes + f"{kind}\x1f{value}".encode(), sha256).hexdigest()

    def all(self, tenant_id: UUID, addresses: Iterable[Address]) -> dict[str, Address]:
        """Addresses by their digests."""
        return {self.of(tenant_id, address): address for address in addresses}
