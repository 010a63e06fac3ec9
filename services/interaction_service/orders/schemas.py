"""Orders over HTTP. Amounts are decimals of the order's currency, as text in answers."""

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from interaction_service.orders.amounts import make_line, plain, to_cents
from interaction_service.orders.models import OrderStatus
from shared.web import ClientId, Instant, ReadModel, ShortText, Text, WriteModel
from shared.web.types import ABSENT, ExternalId, ExternalIdRead, SystemName, Tags

MAX_LINES = 500
Number = Annotated[ShortText, Field(max_length=100)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2), AfterValidator(to_cents)]
Price = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)]
Quantity = Annotated[
    Decimal, Field(gt=0, max_digits=15, decimal_places=3), AfterValidator(lambda quantity: Decimal(plain(quantity)))
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Label = Annotated[Text, Field(max_length=200), AfterValidator(lambda text: text or None)]


class OrderLineWrite(WriteModel):
    """`amount` is what the line costs, after a discount on it; without it quantity times price."""

    sku: Annotated[Label, Field(max_length=100)] | None = None
    name: Label | None = None
    quantity: Quantity = Decimal(1)
    unit_price: Price | None = None
    amount: Amount | None = None
    category: Annotated[Label, Field(max_length=100)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> "OrderLineWrite":
        if self.sku is None and self.name is None:
            raise ValueError("a line needs a sku or a name")
        if self.amount is None and self.unit_price is None:
            raise ValueError("a line needs an amount or a unit_price")
        return self


def _as_stored(lines: list[OrderLineWrite]) -> list[dict[str, Any]]:
    return [make_line(number, **line.model_dump()) for number, line in enumerate(lines, 1)]


class OrderUpdate(WriteModel):
    """A merge patch: what is absent stays, null clears, lists are replaced. A total not given follows the lines."""

    contact_id: UUID | None = None
    contact_ref: ExternalId | None = None
    status: OrderStatus = ABSENT
    placed_at: Instant = ABSENT
    currency: Currency = ABSENT
    lines: Annotated[list[OrderLineWrite], Field(max_length=MAX_LINES)] = []
    discount_amount: Amount = Decimal(0)
    tax_amount: Amount = Decimal(0)
    total_amount: Amount = ABSENT
    quantity: Quantity | None = None
    owner_id: UUID | None = None
    tags: Tags = []

    def given(self) -> dict[str, Any]:
        """As the model's columns hold it."""
        values = self.model_dump(include=self.model_fields_set)
        if "lines" in values:
            values["lines"] = _as_stored(self.lines)
        return values


class OrderUpsert(OrderUpdate):
    """The whole order, named by the path."""

    currency: Currency

    @model_validator(mode="after")
    def _has_contact(self) -> "OrderUpsert":
        if self.contact_id is None and self.contact_ref is None:
            raise ValueError("an order names its contact by contact_id, or by contact_ref {system, id}")
        return self


class OrderCreate(OrderUpsert):
    """`contact_ref` is what the shop calls the contact: `{system, id}`, or `{"system": "email", "id": address}`.

    It may be unknown here yet; the order is linked when the contact arrives. The client may choose the `id` (UUIDv7).
    """

    source: SystemName
    number: Number
    id: ClientId | None = None


class ReturnedLine(WriteModel):
    """Names a line by its number, or by the sku that only one line has."""

    line: Annotated[int, Field(ge=1)] | None = None
    sku: Annotated[str, Field(max_length=100)] | None = None
    quantity: Quantity

    @model_validator(mode="after")
    def _names_one(self) -> "ReturnedLine":
        if (self.line is None) == (self.sku is None):
            raise ValueError("name the line by line or by sku")
        return self


class OrderReturn(WriteModel):
    """`amount` is what is paid back; without it, what the lines cost."""

    lines: Annotated[list[ReturnedLine], Field(max_length=MAX_LINES)] = []
    amount: Annotated[Amount, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _something(self) -> "OrderReturn":
        if not self.lines and self.amount is None:
            raise ValueError("a return has lines, an amount, or both")
        return self


class OrderLineRead(ReadModel):
    line: int
    sku: str | None
    name: str | None
    quantity: str
    unit_price: str | None
    amount: str
    category: str | None
    returned_quantity: str


AmountRead = Annotated[Decimal, Field(examples=["12.30"])]


class OrderRead(ReadModel):
    """`line_count` and `quantity` count what was ordered."""

    id: UUID
    type: Literal["order"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    external_ids: list[ExternalIdRead]
    contact_id: UUID | None
    contact_ref: ExternalIdRead | None
    source: str
    number: str
    status: OrderStatus
    placed_at: Instant
    cancelled_at: Instant | None
    currency: str
    discount_amount: AmountRead
    tax_amount: AmountRead
    total_amount: AmountRead
    returned_amount: AmountRead
    quantity: Decimal | None
    lines: list[OrderLineRead]
    tags: list[str]


class OrderList(ReadModel):
    data: list[OrderRead]
    next_cursor: str | None
