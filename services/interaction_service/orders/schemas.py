"""Orders over HTTP. Amounts are money, all of an order in its currency."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from interaction_service.known_contacts.schemas import KnownContactRead
from interaction_service.orders.amounts import LIMIT, make_line, plain, to_cents
from interaction_service.orders.currencies import common_currency
from interaction_service.orders.models import OrderStatus
from shared.web import ClientId, Instant, Money, ReadModel, ShortText, Text, WriteModel, examples
from shared.web.types import ABSENT, JSON_INTEGER, ON_REQUEST, ExternalId, ExternalIdRead, ListTotal, SystemName, Tags

MAX_LINES = 500
TOTALS = frozenset(("total", "discount", "tax"))
Number = Annotated[ShortText, Field(max_length=100)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2), AfterValidator(to_cents)]
MoreThanNothing = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=2), AfterValidator(to_cents)]
Price = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)]
Quantity = Annotated[
    Decimal, Field(gt=0, max_digits=15, decimal_places=3), AfterValidator(lambda quantity: Decimal(plain(quantity)))
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Label100 = Annotated[Text, Field(max_length=100), AfterValidator(lambda text: text or None)]
Label200 = Annotated[Text, Field(max_length=200), AfterValidator(lambda text: text or None)]


class OrderAmount(Money):
    """At least 0, in whole hundredths."""

    amount: Annotated[Amount, Field(examples=["12.30"])]


class OrderPrice(Money):
    """At least 0, in whole ten-thousandths."""

    amount: Annotated[Price, Field(examples=["4.10"])]


class OrderRefund(Money):
    """More than 0, in whole hundredths."""

    amount: Annotated[MoreThanNothing, Field(examples=["12.30"])]


PLACED = {"contact_ref": {"system": "email", "id": "malee@example.com"}, "placed_at": "2026-11-22T09:30:00Z"}
LINES: dict[str, dict[str, Any]] = {
    "th": {
        "lines": [
            {"sku": "TEA-01", "name": "ชาเขียว", "quantity": "2", "unit_price": {"amount": "120.00", "currency": "THB"}}
        ],
        "tags": ["หน้าร้าน"],
    },
    "en": {
        "lines": [
            {"sku": "TEA-02", "name": "Oolong", "quantity": "1", "unit_price": {"amount": "8.50", "currency": "GBP"}}
        ],
        "discount": {"amount": "1.00", "currency": "GBP"},
        "total": {"amount": "7.50", "currency": "GBP"},
    },
}


class OrderLineWrite(WriteModel):
    """`amount` is what the line costs, after a discount on it; without it quantity times price."""

    sku: Label100 | None = None
    name: Label200 | None = None
    quantity: Quantity = Decimal(1)
    unit_price: OrderPrice | None = None
    amount: OrderAmount | None = None
    category: Label100 | None = None

    @model_validator(mode="after")
    def _complete(self) -> "OrderLineWrite":
        if self.sku is None and self.name is None:
            raise ValueError("a line needs a sku or a name")
        if self.amount is None and self.unit_price is None:
            raise ValueError("a line needs an amount or a unit_price")
        if self.amount is None and self.unit_price and self.quantity * self.unit_price.amount >= LIMIT:
            raise ValueError(f"a line costs less than {LIMIT}")
        return self

    def as_stored(self, number: int) -> dict[str, Any]:
        unit_price, amount = (money and money.amount for money in (self.unit_price, self.amount))
        return make_line(number, **{**self.model_dump(), "unit_price": unit_price, "amount": amount})


class OrderUpdate(WriteModel):
    """A merge patch: what is absent stays, null clears, lists are replaced. A total not given follows the lines."""

    model_config = examples({"status": "shipped"}, {"status": "paid", "tags": ["gift"]})

    contact_id: UUID | None = None
    contact_ref: ExternalId | None = None
    status: OrderStatus = ABSENT
    placed_at: Instant = ABSENT
    currency: Currency = ABSENT
    lines: Annotated[list[OrderLineWrite], Field(max_length=MAX_LINES)] = []
    discount: OrderAmount = ABSENT
    tax: OrderAmount = ABSENT
    total: OrderAmount = ABSENT
    quantity: Quantity | None = None
    owner_id: UUID | None = None
    tags: Tags = []

    def given(self) -> dict[str, Any]:
        """As the model's columns hold it."""
        values = self.model_dump(include=self.model_fields_set)
        for name in TOTALS & self.model_fields_set:
            values[f"{name}_amount"] = values.pop(name)["amount"]
        if "lines" in values:
            values["lines"] = [line.as_stored(number) for number, line in enumerate(self.lines, 1)]
        return values

    def stated(self) -> Iterator[tuple[str, str]]:
        """Where amounts name their currency, and which."""
        for name in sorted(TOTALS & self.model_fields_set, reverse=True):
            yield f"/{name}/currency", getattr(self, name).currency
        for index, line in enumerate(self.lines):
            for name in ("unit_price", "amount"):
                money = getattr(line, name)
                if money is not None:
                    yield f"/lines/{index}/{name}/currency", money.currency


class OrderUpsert(OrderUpdate):
    """The whole order, named by the path. The amounts tell the currency, if it has any."""

    model_config = examples(*({**LINES[language], **PLACED} for language in ("th", "en")))

    def given(self) -> dict[str, Any]:
        """Raises CurrencyMismatch, CurrencyRequired."""
        given = super().given()
        return {**given, "currency": common_currency(self.stated(), given.get("currency"))}

    @model_validator(mode="after")
    def _has_contact(self) -> "OrderUpsert":
        if self.contact_id is None and self.contact_ref is None:
            raise ValueError("an order names its contact by contact_id, or by contact_ref {system, id}")
        return self


class OrderCreate(OrderUpsert):
    """`contact_ref` is what the shop calls the contact: `{system, id}`, or `{"system": "email", "id": address}`.

    It may be unknown here yet; the order is linked when the contact arrives. The client may choose the `id` (UUIDv7).
    """

    model_config = examples(
        {"source": "pos", "number": "IV-2569-00123", **PLACED, **LINES["th"]},
        {"source": "shopify", "number": "1042", **PLACED, **LINES["en"]},
    )

    source: SystemName
    number: Number
    id: ClientId | None = None


class ReturnedLine(WriteModel):
    """Names a line by its number, or by the sku that only one line has."""

    line: Annotated[int, Field(ge=1), JSON_INTEGER] | None = None
    sku: Annotated[str, Field(max_length=100)] | None = None
    quantity: Quantity

    @model_validator(mode="after")
    def _names_one(self) -> "ReturnedLine":
        if (self.line is None) == (self.sku is None):
            raise ValueError("name the line by line or by sku")
        return self


class OrderReturn(WriteModel):
    """`amount` is what is paid back; without it, what the lines cost."""

    model_config = examples(
        {"lines": [{"line": 1, "quantity": "1"}]}, {"amount": {"amount": "4.10", "currency": "GBP"}}
    )

    lines: Annotated[list[ReturnedLine], Field(max_length=MAX_LINES)] = []
    amount: OrderRefund | None = None

    @model_validator(mode="after")
    def _something(self) -> "OrderReturn":
        if not self.lines and self.amount is None:
            raise ValueError("a return has lines, an amount, or both")
        return self

    def stated(self) -> Iterator[tuple[str, str]]:
        if self.amount is not None:
            yield "/amount/currency", self.amount.currency


class OrderLineRead(ReadModel):
    model_config = examples(
        {
            "line": 1,
            "sku": "TEA-01",
            "name": "ชาเขียว",
            "quantity": "2",
            "unit_price": {"amount": "120.00", "currency": "THB"},
            "amount": {"amount": "240.00", "currency": "THB"},
            "category": "เครื่องดื่ม",
            "returned_quantity": "0",
        },
        {
            "line": 1,
            "sku": "TEA-02",
            "name": "Oolong",
            "quantity": "1",
            "unit_price": {"amount": "8.50", "currency": "GBP"},
            "amount": {"amount": "8.50", "currency": "GBP"},
            "category": "Drinks",
            "returned_quantity": "0",
        },
    )

    line: int
    sku: str | None
    name: str | None
    quantity: str
    unit_price: Money | None
    amount: Money
    category: str | None
    returned_quantity: str


class OrderRead(ReadModel):
    """`quantity` counts what was ordered. Lists filter by the numbers in `total`, `discount`, `tax` and `returned` as
    `total_amount`, `discount_amount`, `tax_amount` and `returned_amount`, and sort by `total_amount`.
    """

    model_config = examples(
        {
            "status": "placed",
            "placed_at": "2026-11-22T09:30:00.000Z",
            "currency": "THB",
            "discount": {"amount": "0.00", "currency": "THB"},
            "tax": {"amount": "0.00", "currency": "THB"},
            "total": {"amount": "240.00", "currency": "THB"},
            "returned": {"amount": "0.00", "currency": "THB"},
            "quantity": "2",
        },
        {
            "status": "paid",
            "placed_at": "2026-11-22T09:30:00.000Z",
            "currency": "GBP",
            "discount": {"amount": "1.00", "currency": "GBP"},
            "tax": {"amount": "0.00", "currency": "GBP"},
            "total": {"amount": "7.50", "currency": "GBP"},
            "returned": {"amount": "0.00", "currency": "GBP"},
            "quantity": "1",
        },
    )

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
    discount: Money
    tax: Money
    total: Money
    returned: Money
    quantity: Decimal | None
    lines: Annotated[list[OrderLineRead], Field(validation_alias="priced_lines")]
    tags: list[str]
    contact: KnownContactRead | None = ON_REQUEST


class OrderList(ReadModel):
    data: list[OrderRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
