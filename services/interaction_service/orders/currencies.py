"""All amounts of one order are in one currency."""

from collections.abc import Iterable
from decimal import Decimal

from shared.errors import FieldError, UnprocessableError

Stated = Iterable[tuple[str, str]]
"""Where a request names a currency, as a JSON pointer, and which."""


class CurrencyMismatch(UnprocessableError):
    code = "currency_mismatch"
    title = ("The currencies differ", "สกุลเงินไม่ตรงกัน")


class CurrencyRequired(UnprocessableError):
    code = "currency_required"
    title = ("A currency is needed", "ต้องระบุสกุลเงิน")


def check_currencies(stated: Stated, expected: str) -> None:
    """Raises CurrencyMismatch, which names the first that differs."""
    for pointer, currency in stated:
        if currency != expected:
            raise _mismatch(pointer, currency, expected)


def common_currency(stated: Stated, expected: str | None = None) -> str:
    """The expected one, or without it that of the first amount. Raises CurrencyMismatch, CurrencyRequired."""
    found = list(stated)
    if expected is None:
        expected = next((currency for _, currency in found), None)
    if expected is None:
        detail = "No amount tells the order's currency. Give the currency."
        raise CurrencyRequired(detail, errors=[FieldError("currency_required", detail, pointer="/currency")])
    check_currencies(found, expected)
    return expected


def money(amount: Decimal | str, currency: str) -> dict[str, str]:
    """As the API shows it."""
    return {"amount": str(amount), "currency": currency}


def _mismatch(pointer: str, currency: str, expected: str) -> CurrencyMismatch:
    detail = f"This is in {currency}, the order in {expected}. All amounts of an order are in one currency."
    error = FieldError("currency_mismatch", detail, pointer=pointer)
    return CurrencyMismatch(detail, errors=[error], given=currency, expected=expected)
