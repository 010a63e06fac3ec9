"""Arithmetic of order lines: exact decimals, kept as text inside a line. Pure functions."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from interaction_service.orders.currencies import money

Line = dict[str, Any]
"""`line` (from 1), `sku`, `name`, `quantity`, `unit_price`, `amount`, `category`, `returned_quantity`."""

CENT = Decimal("0.01")
LIMIT = Decimal(10) ** 16
"""What an amount stays below: the database keeps 18 digits, two of them behind the point."""


def to_cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def make_line(
    number: int,
    *,
    sku: str | None = None,
    name: str | None = None,
    quantity: Decimal = Decimal(1),
    unit_price: Decimal | None = None,
    amount: Decimal | None = None,
    category: str | None = None,
) -> Line:
    """`amount` is quantity times price where it is not given; without a price it is needed."""
    if amount is None:
        assert unit_price is not None, "a line needs an amount or a price"
        amount = quantity * unit_price
    return {
        "line": number,
        "sku": sku,
        "name": name,
        "quantity": plain(quantity),
        "unit_price": None if unit_price is None else plain(unit_price),
        "amount": str(to_cents(amount)),
        "category": category,
        "returned_quantity": "0",
    }


def priced(line: Line, currency: str) -> dict[str, Any]:
    """The line with its price and amount as money."""
    price = line["unit_price"]
    return {
        **line,
        "unit_price": None if price is None else money(price, currency),
        "amount": money(line["amount"], currency),
    }


def plain(value: Decimal) -> str:
    """Without exponent and trailing zeros: two spellings of one number are equal."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def total_of(lines: Iterable[Line], *, discount: Decimal, tax: Decimal) -> Decimal:
    return to_cents(sum((Decimal(line["amount"]) for line in lines), Decimal(0)) - discount + tax)


def quantity_of(lines: Iterable[Line]) -> Decimal:
    return Decimal(plain(sum((Decimal(line["quantity"]) for line in lines), Decimal(0))))


def with_returns(lines: Sequence[Line], known: Sequence[Line]) -> list[Line]:
    """The new lines with what was returned of the same lines before."""
    returned = {(line["line"], line["sku"]): line["returned_quantity"] for line in known}
    return [{**line, "returned_quantity": returned.get((line["line"], line["sku"]), "0")} for line in lines]


def take_back(lines: Sequence[Line], returned: Iterable[tuple[int, Decimal]]) -> tuple[list[Line], Decimal]:
    """New lines, and what the returned quantities were worth."""
    taken = [dict(line) for line in lines]
    worth = Decimal(0)
    for index, quantity in returned:
        line = taken[index]
        line["returned_quantity"] = plain(Decimal(line["returned_quantity"]) + quantity)
        sold = Decimal(line["quantity"])
        worth += Decimal(line["amount"]) * quantity / sold if sold else 0
    return taken, to_cents(worth)


def over_returned(lines: Iterable[Line]) -> Line | None:
    return next((line for line in lines if Decimal(line["returned_quantity"]) > Decimal(line["quantity"])), None)
