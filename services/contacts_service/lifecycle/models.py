"""What the rules know of contacts' orders."""

from uuid import UUID

from sqlalchemy import BigInteger, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base


class ContactOrder(Base):
    """The newest state seen of an order. `counts` unless it was cancelled, deleted or is a return."""

    __tablename__ = "contact_orders"
    __table_args__ = (Index("contact_orders_contact_idx", "tenant_id", "contact_id", postgresql_where=text("counts")),)

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    order_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    contact_id: Mapped[UUID | None] = mapped_column(Uuid)
    counts: Mapped[bool]
