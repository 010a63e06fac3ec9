"""What features understand of contacts, orders and interactions."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from shared.messaging import Reading


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
    customer_class: str | None
    owner_id: UUID | None = None
    created_at: datetime

    @property
    def merged_into(self) -> None:
        """A live contact stands for itself."""


class ContactGone(
    Reading,
    types=("contacts.contact.deleted.v1", "contacts.contact.merged.v1", "contacts.contact.tombstone.v1"),
):
    contact_id: UUID
    version: int
    merged_into: UUID | None = None


class OrderSeen(
    Reading,
    types=(
        "interactions.order.placed.v1",
        "interactions.order.changed.v1",
        "interactions.order.cancelled.v1",
        "interactions.order.restored.v1",
        "interactions.order.snapshot.v1",
    ),
):
    """Nobody's order (`contact_id` null) counts in trends only."""

    order_id: UUID
    version: int
    contact_id: UUID | None
    status: str
    placed_at: datetime
    currency: str
    total_amount: Decimal
    returned_amount: Decimal

    @property
    def counted(self) -> bool:
        return self.status != "cancelled"

    @property
    def amount(self) -> Decimal:
        return self.total_amount - self.returned_amount

    @property
    def is_return(self) -> bool:
        """A document of its own about returned goods."""
        return self.total_amount < 0


class OrderGone(Reading, types=("interactions.order.deleted.v1", "interactions.order.tombstone.v1")):
    order_id: UUID
    version: int


class InteractionSeen(
    Reading,
    types=(
        "interactions.interaction.logged.v1",
        "interactions.interaction.updated.v1",
        "interactions.interaction.restored.v1",
        "interactions.interaction.snapshot.v1",
    ),
):
    interaction_id: UUID
    version: int
    contact_id: UUID
    kind: str
    occurred_at: datetime

    @property
    def counted(self) -> bool:
        """A note is written about a customer, not with one."""
        return self.kind != "note"


class InteractionGone(Reading, types=("interactions.interaction.deleted.v1", "interactions.interaction.tombstone.v1")):
    interaction_id: UUID
    version: int
