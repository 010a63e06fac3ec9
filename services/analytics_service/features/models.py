"""What is known of each customer, and the orders and interactions that it follows from."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Double, Index, Integer, Numeric, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from analytics_service.database import Base
from shared.db.record import Instant
from shared.db.successors import SuccessorColumns
from shared.errors import GoneError, NotFoundError

COUNTED = text("counted")
KNOWN = "(contact_version > 0 or currency is not null or contact_count > 0)"
"""An order alone makes a contact known; losing it unmakes that, and leaves a row that says nothing."""


class ContactNotFound(NotFoundError):
    code = "contact_not_found"
    title = ("No such contact", "ไม่พบผู้ติดต่อ")


class ContactDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class Features(Base):
    """One row a customer, deleted and not yet introduced ones (`contact_version` 0) included.

    Orders count unless they are cancelled or deleted; amounts are net of returns. `currency` is the one of most orders,
    `revenue` and `average_order` are in it; `other_revenue` maps the other currencies to their `orders` and `revenue`.
    `first_currency` is the first order's. `days_between_orders` is the mean; null below two orders.
    """

    __tablename__ = "features"
    __table_args__ = (
        Index(
            "features_first_order_idx",
            "tenant_id",
            "first_currency",
            "first_order_at",
            postgresql_where=text("first_order_at is not null"),
        ),
        Index("features_owner_idx", "tenant_id", "owner_id", postgresql_where=text("owner_id is not null")),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    owner_id: Mapped[UUID | None] = mapped_column(Uuid)
    contact_version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    contact_deleted: Mapped[bool] = mapped_column(server_default=text("false"))
    contact_created_at: Mapped[datetime | None] = mapped_column(Instant)
    customer_class: Mapped[str | None] = mapped_column(Text)
    order_count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    first_order_at: Mapped[datetime | None] = mapped_column(Instant)
    first_currency: Mapped[str | None] = mapped_column(Text)
    last_order_at: Mapped[datetime | None] = mapped_column(Instant)
    days_between_orders: Mapped[float | None] = mapped_column(Double)
    currency: Mapped[str | None] = mapped_column(Text)
    revenue: Mapped[Decimal] = mapped_column(Numeric, server_default=text("0"))
    average_order: Mapped[Decimal | None] = mapped_column(Numeric)
    other_revenue: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    contact_count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    last_contact_at: Mapped[datetime | None] = mapped_column(Instant)
    last_contact_kind: Mapped[str | None] = mapped_column(Text)


class KnownOrder(Base):
    """An order's contribution at the newest version seen. `previous_contact_id` is whose it was before that version.

    `amount` is net of returns. A document that only returns goods (`is_return`) lowers revenue and is no order.
    """

    __tablename__ = "known_orders"
    __table_args__ = (
        Index("known_orders_contact_idx", "tenant_id", "contact_id", "placed_at", postgresql_where=COUNTED),
        Index(
            "known_orders_placed_at_idx",
            "tenant_id",
            "currency",
            "placed_at",
            postgresql_include=["contact_id", "amount", "is_return"],
            postgresql_where=COUNTED,
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    contact_id: Mapped[UUID | None] = mapped_column(Uuid)
    previous_contact_id: Mapped[UUID | None] = mapped_column(Uuid)
    counted: Mapped[bool]
    is_return: Mapped[bool] = mapped_column(server_default=text("false"))
    placed_at: Mapped[datetime | None] = mapped_column(Instant)
    currency: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[Decimal | None] = mapped_column(Numeric)


class KnownInteraction(Base):
    """An interaction at the newest version seen, counted unless it is deleted or no contact with the customer."""

    __tablename__ = "known_interactions"
    __table_args__ = (
        Index("known_interactions_contact_idx", "tenant_id", "contact_id", "occurred_at", postgresql_where=COUNTED),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    contact_id: Mapped[UUID | None] = mapped_column(Uuid)
    previous_contact_id: Mapped[UUID | None] = mapped_column(Uuid)
    counted: Mapped[bool]
    kind: Mapped[str | None] = mapped_column(Text)
    occurred_at: Mapped[datetime | None] = mapped_column(Instant)


class Successor(SuccessorColumns, Base):
    """A contact that was merged into another one: the sums of its facts are that one's."""
