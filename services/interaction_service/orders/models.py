"""What a contact bought: the state and the rules about it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, Index, Numeric, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from interaction_service.database import Base
from interaction_service.known_contacts.models import EMAIL
from interaction_service.orders import amounts
from interaction_service.orders.amounts import Line
from interaction_service.orders.currencies import money
from shared.db import Record
from shared.db.record import Instant, now
from shared.errors import ConflictError, FieldError, GoneError, NotFoundError, UnprocessableError
from shared.ids import new_id

ZERO = Decimal("0.00")
AMOUNT = Numeric(18, 2)
CHANGEABLE = (
    "contact_id", "contact_ref", "status", "placed_at", "currency", "discount_amount", "tax_amount", "total_amount",
    "quantity", "lines", "tags", "owner_id",
)  # fmt: skip
DERIVES_TOTAL = ("lines", "discount_amount", "tax_amount")


class OrderStatus(StrEnum):
    PLACED = "placed"
    PAID = "paid"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class OrderNotFound(NotFoundError):
    code = "order_not_found"
    title = ("No such order", "ไม่พบคำสั่งซื้อ")


class OrderDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class NumberTaken(ConflictError):
    code = "number_taken"
    title = ("This order number is in use", "เลขที่คำสั่งซื้อนี้ถูกใช้แล้ว")


class OrderIsCancelled(ConflictError):
    code = "order_cancelled"
    title = ("The order was cancelled", "คำสั่งซื้อนี้ถูกยกเลิกแล้ว")


class TotalMismatch(UnprocessableError):
    code = "total_mismatch"
    title = ("The total does not fit the lines", "ยอดรวมไม่ตรงกับรายการ")


class OrderTooLarge(UnprocessableError):
    code = "order_too_large"


class TotalRequired(UnprocessableError):
    code = "total_required"
    title = ("A total is needed", "ต้องระบุยอดรวม")


class ContactRequired(UnprocessableError):
    code = "contact_required"
    title = ("A contact is needed", "ต้องระบุผู้ติดต่อ")


class ReturnedTooMuch(UnprocessableError):
    code = "returned_too_much"
    title = ("More was returned than sold", "คืนเกินจำนวนที่ขาย")


class Order(Record, Base):
    """`number` is unique per source among live orders. `total_amount` is what the customer pays before returns.

    The contact is `contact_id`, or, while nobody knows it, the name that the source has for it: `contact_system` and
    `contact_key`. An order with neither is an anonymous sale. A return that came as a document of its own is an order
    with negative amounts. Amounts inside `lines` are text, so that no reader rounds them.

    Orders are looked up by `live_number`: a partial index on `number` would compete with the other partial indexes, and
    until its first ANALYZE the planner takes every one of them for empty and picks any.
    """

    __tablename__ = "orders"
    type = "order"
    __table_args__ = (
        Index("orders_number_idx", "tenant_id", "source", "live_number", unique=True),
        Index(
            "orders_contact_idx",
            "tenant_id",
            "contact_id",
            "placed_at",
            "id",
            postgresql_where=text("deleted_at is null"),
        ),
        Index("orders_placed_at_idx", "tenant_id", "placed_at", "id", postgresql_where=text("deleted_at is null")),
        Index("orders_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=text("deleted_at is null")),
        Index("orders_updated_at_idx", "tenant_id", "updated_at", "id", postgresql_where=text("deleted_at is null")),
        Index(
            "orders_unlinked_idx",
            "tenant_id",
            "contact_system",
            "contact_key",
            postgresql_where=text("contact_id is null and contact_key is not null"),
        ),
        Index("orders_sync_idx", "tenant_id", "sync_xid", "id"),
    )

    contact_id: Mapped[UUID | None] = mapped_column(Uuid)
    contact_system: Mapped[str | None] = mapped_column(String(50))
    contact_key: Mapped[str | None] = mapped_column(String(320))
    source: Mapped[str] = mapped_column(String(50))
    number: Mapped[str] = mapped_column(String(100))
    live_number: Mapped[str | None] = mapped_column(
        String(100), Computed("case when deleted_at is null then number end", persisted=True), deferred=True
    )
    status: Mapped[str] = mapped_column(String(20))
    placed_at: Mapped[datetime] = mapped_column(Instant)
    currency: Mapped[str] = mapped_column(String(3))
    discount_amount: Mapped[Decimal] = mapped_column(AMOUNT)
    tax_amount: Mapped[Decimal] = mapped_column(AMOUNT)
    total_amount: Mapped[Decimal] = mapped_column(AMOUNT)
    returned_amount: Mapped[Decimal] = mapped_column(AMOUNT)
    quantity: Mapped[Decimal | None] = mapped_column(Numeric)
    lines: Mapped[list[Line]] = mapped_column(JSONB)
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(50)))
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    import_id: Mapped[UUID | None] = mapped_column(Uuid)

    @property
    def external_ids(self) -> list[dict[str, str]]:
        return [{"system": self.source, "id": self.number}]

    @property
    def contact_ref(self) -> dict[str, str] | None:
        if self.contact_system is None or self.contact_key is None:
            return None
        return {"system": self.contact_system, "id": self.contact_key}

    @contact_ref.setter
    def contact_ref(self, ref: Mapping[str, str] | None) -> None:
        self.contact_system, self.contact_key = (ref["system"], ref["id"]) if ref else (None, None)
        if self.contact_system == EMAIL and self.contact_key is not None:
            self.contact_key = self.contact_key.lower()

    @property
    def total(self) -> dict[str, str]:
        return money(self.total_amount, self.currency)

    @property
    def discount(self) -> dict[str, str]:
        return money(self.discount_amount, self.currency)

    @property
    def tax(self) -> dict[str, str]:
        return money(self.tax_amount, self.currency)

    @property
    def returned(self) -> dict[str, str]:
        return money(self.returned_amount, self.currency)

    @property
    def priced_lines(self) -> list[dict[str, Any]]:
        """The lines as the API shows them."""
        return [amounts.priced(line, self.currency) for line in self.lines]

    def change(self, given: Mapping[str, Any]) -> list[str]:
        """Takes over what is given, derives total and quantity from the lines; returns the changed fields, sorted.

        Raises OrderIsCancelled, TotalMismatch, TotalRequired, ReturnedTooMuch.
        """
        before = self.state()
        if "lines" in given:
            given = {**given, "lines": amounts.with_returns(given["lines"], self.lines)}
        for name, value in given.items():
            setattr(self, name, value)
        if "contact_ref" in given and "contact_id" not in given and self.contact_ref != before["contact_ref"]:
            self.contact_id = None
        self._settle(given)
        changed = sorted(name for name, value in self.state().items() if value != before[name])
        if changed and before["status"] == OrderStatus.CANCELLED:
            raise OrderIsCancelled(f"Order {self.number} was cancelled and cannot be changed any more.")
        if "status" in changed and self.status == OrderStatus.CANCELLED:
            self.cancelled_at = now()
        return changed

    def state(self) -> dict[str, Any]:
        """The values that clients can change or see change."""
        return {name: getattr(self, name) for name in CHANGEABLE}

    def cancel(self) -> bool:
        """Whether it was not cancelled already."""
        if self.status == OrderStatus.CANCELLED:
            return False
        self.status, self.cancelled_at = OrderStatus.CANCELLED.value, now()
        return True

    def take_back(self, returned: Sequence[tuple[int, Decimal]], amount: Decimal | None) -> None:
        """Pairs of index in `lines` and quantity; the amount follows from them if it is not given.

        Raises OrderIsCancelled, ReturnedTooMuch.
        """
        if self.status == OrderStatus.CANCELLED:
            raise OrderIsCancelled(f"Order {self.number} was cancelled; nothing can be returned.")
        lines, worth = amounts.take_back(self.lines, returned)
        over = amounts.over_returned(lines)
        if over is not None:
            raise _too_much(f"Line {over['line']} has {over['quantity']}; no more can be returned.", "/lines")
        self.lines = lines
        self.returned_amount += worth if amount is None else amount
        self._check_returned("/amount")

    def _settle(self, given: Mapping[str, Any]) -> None:
        if self.lines and any(name in given for name in (*DERIVES_TOTAL, "total_amount")):
            expected = amounts.total_of(self.lines, discount=self.discount_amount, tax=self.tax_amount)
            if expected >= amounts.LIMIT:
                raise OrderTooLarge(f"The lines make {expected}; a total is less than {amounts.LIMIT}.")
            if "total_amount" in given and given["total_amount"] != expected:
                raise _mismatch(given["total_amount"], expected)
            self.total_amount, self.quantity = expected, amounts.quantity_of(self.lines)
        if self.total_amount is None:
            detail = "An order has lines or a total. Give at least one of them."
            raise TotalRequired(detail, errors=[FieldError("total_required", detail, pointer="/total")])
        self._check_returned("/total")

    def _check_returned(self, pointer: str) -> None:
        if self.returned_amount and self.returned_amount > self.total_amount:
            detail = f"{self.returned_amount} would be returned of a total of {self.total_amount}."
            raise _too_much(detail, pointer)


def new_order(tenant_id: UUID, given: Mapping[str, Any], *, import_id: UUID | None = None) -> Order:
    """Not stored yet, every column set. Raises TotalMismatch, TotalRequired, OrderTooLarge."""
    moment = now()
    values: dict[str, Any] = {
        "tenant_id": tenant_id, "import_id": import_id, "version": 1, "created_at": moment, "updated_at": moment,
        "deleted_at": None, "owner_id": None, "contact_id": None, "contact_system": None, "contact_key": None,
        "status": OrderStatus.PLACED.value, "placed_at": moment, "cancelled_at": None, "discount_amount": ZERO,
        "tax_amount": ZERO, "total_amount": None, "returned_amount": ZERO, "quantity": None, "lines": [], "tags": [],
        **given, "id": given.get("id") or new_id(),
    }  # fmt: skip
    ref = values.pop("contact_ref", None)
    order = Order()
    order.__dict__.update(values)  # past the ORM's attributes, which take most of an import's time
    if ref is not None:
        order.contact_ref = ref
    order._settle(given)
    if order.status == OrderStatus.CANCELLED:
        order.cancelled_at = moment
    return order


def _mismatch(given: Decimal, expected: Decimal) -> TotalMismatch:
    detail = (
        f"The total is {given}, but the lines less discount plus tax make {expected}. Correct one, or leave it out."
    )
    error = FieldError("total_mismatch", detail, pointer="/total")
    return TotalMismatch(detail, errors=[error], given=str(given), expected=str(expected))


def _too_much(detail: str, pointer: str) -> ReturnedTooMuch:
    return ReturnedTooMuch(detail, errors=[FieldError("returned_too_much", detail, pointer=pointer)])
