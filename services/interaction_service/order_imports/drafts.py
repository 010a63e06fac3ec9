"""Rows of a file as orders. Blocking: call it in a thread."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from interaction_service.known_contacts.models import EMAIL
from interaction_service.order_imports import cells
from interaction_service.order_imports.cdnow_files import count_cdnow, read_cdnow
from interaction_service.order_imports.cells import BadCell
from interaction_service.order_imports.layouts import LINE_TARGETS
from interaction_service.order_imports.models import OrderImport
from interaction_service.orders.amounts import make_line
from interaction_service.orders.models import OrderStatus
from shared.files import Row, RowError, read_rows
from shared.files.tables import MAX_CELL_CHARS, Table, count_rows

CHUNK_ROWS = 1_000
MAX_LINES = 2_000
"""Lines of one order of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How the rows of one file are read. `places` is target → column from 0."""

    source: str
    contact_system: str
    currency: str
    zone: ZoneInfo
    day_first: bool
    header: tuple[str, ...]
    places: dict[str, int]

    @property
    def has_lines(self) -> bool:
        return any(target in self.places for target in ("sku", "name"))


@dataclass(slots=True)
class Draft:
    """The rows of one order, and what they say: values of `new_order`, or errors by row number."""

    rows: list[Row]
    number: str
    given: dict[str, Any] = field(default_factory=dict)
    errors: dict[int, list[RowError]] = field(default_factory=dict)

    def fail(self, row: int, code: str, detail: str, *, column: str | None = None, value: str | None = None) -> None:
        error = RowError(row=row, code=code, detail=detail, column=column, value=value)
        self.errors.setdefault(row, []).append(error)


def rules_of(record: OrderImport) -> Rules:
    return Rules(
        source=record.source,
        contact_system=record.contact_system,
        currency=record.currency,
        zone=ZoneInfo(record.time_zone),
        day_first=record.day_first,
        header=record.header,
        places={target: place for place, target in record.mapping.items()},
    )


def rows_of(path: Path, table: Table | None) -> Iterator[Row]:
    return read_cdnow(path) if table is None else read_rows(table)


def count(path: Path, table: Table | None) -> int:
    """Reads to the end, so that a broken file is found before anything of it is stored. Raises UnreadableFile."""
    return count_cdnow(path) if table is None else count_rows(table)


def read_chunks(rows: Iterable[Row], rules: Rules, *, after: int) -> Iterator[list[Draft]]:
    """Orders behind the row `after`, those of about CHUNK_ROWS rows at once.

    The rows before are looked through as well: an order whose rows stand in two places of the file is refused, because
    only half of it would be stored. Remembers a number of 8 bytes for each order of the file.
    """
    chunk: list[Draft] = []
    size = 0
    for draft in read_drafts(rows, rules, after=after):
        chunk.append(draft)
        size += len(draft.rows)
        if size >= CHUNK_ROWS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def read_drafts(rows: Iterable[Row], rules: Rules, *, after: int = 0) -> Iterator[Draft]:
    seen: set[int] = set()
    place = rules.places["number"]
    for raw, group in groupby(rows, key=lambda row: cells.read_key(row.cells[place], MAX_CELL_CHARS)):
        for own in _apart(raw, list(group)):
            key = hash(raw)
            is_split = bool(raw) and key in seen
            seen.add(key)
            if own[0].number > after:
                yield _read_draft(own, raw, rules, is_split=is_split)


def _apart(raw: str, rows: list[Row]) -> list[list[Row]]:
    """Rows without a number are not one order."""
    return [rows] if raw else [[row] for row in rows]


def _read_draft(rows: list[Row], raw: str, rules: Rules, *, is_split: bool) -> Draft:
    draft = Draft(rows, raw)
    first = rows[0].number
    for row in rows:
        if row.errors:
            draft.errors[row.number] = list(row.errors)
    if is_split:
        detail = f"Order {raw[:50]!r} has rows further above. Sort the file by the order's number."
        draft.fail(first, "order_in_two_places", detail)
    if not raw:
        draft.fail(first, "required", "The row has no order number.", column=_heading(rules, "number"))
    if len(rows) > MAX_LINES:
        draft.fail(first, "too_many_lines", f"The order has {len(rows)} rows, {MAX_LINES} are possible. Split it.")
    if not draft.errors:
        _read_order(draft, rules)
    return draft


def _read_order(draft: Draft, rules: Rules) -> None:
    one = partial(_one_value, draft, rules)
    given: dict[str, Any] = {"source": rules.source, "number": one("number", partial(cells.read_key, most=100))}
    given["status"] = one("status", cells.read_status) or OrderStatus.COMPLETED.value
    given["currency"] = one("currency", cells.read_currency) or rules.currency
    given["placed_at"] = _placed_at(draft, rules)
    given.update(_contact(draft, rules))
    for target in ("total_amount", "discount_amount", "tax_amount"):
        amount = one(target, partial(cells.read_number, places=2))
        if amount is not None:
            given[target] = amount
    quantity = one("order_quantity", partial(cells.read_number, places=3))
    if rules.has_lines:
        given["lines"] = _lines(draft, rules)
    elif quantity is not None:
        given["quantity"] = quantity
    draft.given = given
    draft.number = given["number"]


def _one_value(draft: Draft, rules: Rules, target: str, read: Any) -> Any:
    """What the rows agree on; None if none says it."""
    if target not in rules.places:
        return None
    found: Any = None
    for row in draft.rows:
        value = _cell(draft, rules, row, target, read)
        if value is not None and found is not None and value != found:
            detail = f"The rows of order {draft.number[:50]!r} have different values here. Make them equal."
            draft.fail(row.number, "conflicting_values", detail, column=_heading(rules, target))
        found = found if value is None else value
    return found


def _placed_at(draft: Draft, rules: Rules) -> datetime | None:
    """The earliest: shops stamp each line when it is scanned."""
    read = partial(cells.read_instant, zone=rules.zone, day_first=rules.day_first)
    moments = [_cell(draft, rules, row, "placed_at", read) for row in draft.rows]
    known = [moment for moment in moments if moment is not None]
    if not known and not draft.errors:
        draft.fail(draft.rows[0].number, "required", "The order has no date.", column=_heading(rules, "placed_at"))
    return min(known, default=None)


def _contact(draft: Draft, rules: Rules) -> dict[str, Any]:
    """By our own id, by the source's id, or by e-mail; an order that names nobody is an anonymous sale."""
    contact_id = _one_value(draft, rules, "contact_id", _read_uuid)
    if contact_id is not None:
        return {"contact_id": contact_id}
    ref = _one_value(draft, rules, "contact_ref", partial(cells.read_key, most=200))
    if ref is not None:
        return {"contact_ref": {"system": rules.contact_system, "id": ref}}
    email = _one_value(draft, rules, "contact_email", _read_email)
    return {} if email is None else {"contact_ref": {"system": EMAIL, "id": email}}


def _lines(draft: Draft, rules: Rules) -> list[dict[str, Any]]:
    lines = [_line(draft, rules, row) for row in draft.rows]
    return [make_line(number, **line) for number, line in enumerate(filter(None, lines), 1)] if not draft.errors else []


def _line(draft: Draft, rules: Rules, row: Row) -> dict[str, Any] | None:
    """None for a row that has only what concerns the whole order."""
    values = {target: _cell(draft, rules, row, target, READERS[target]) for target in LINE_TARGETS}
    if all(value is None for value in values.values()):
        return None
    if values["amount"] is None and values["unit_price"] is None:
        draft.fail(row.number, "required", "The line has neither an amount nor a price.")
    return {**values, "quantity": Decimal(1) if values["quantity"] is None else values["quantity"]}


READERS: dict[str, Any] = {
    "sku": partial(cells.read_key, most=100),
    "name": partial(cells.read_text, most=200),
    "quantity": partial(cells.read_number, places=3),
    "unit_price": partial(cells.read_number, places=4),
    "amount": partial(cells.read_number, places=2),
    "category": partial(cells.read_text, most=100),
}


def _cell(draft: Draft, rules: Rules, row: Row, target: str, read: Any) -> Any:
    """None if the file has no such column or the cell is blank."""
    place = rules.places.get(target)
    if place is None or not (text := row.cells[place].strip()):
        return None
    try:
        return read(text)
    except BadCell as error:
        draft.fail(row.number, error.code, error.detail, column=rules.header[place], value=text[:50])
        return None


def _read_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadCell("not_an_id", f"{text[:50]!r} is not the id of a contact here.") from None


def _read_email(text: str) -> str:
    plain = cells.read_text(text, 320).lower()
    if "@" not in plain[1:-1]:
        raise BadCell("invalid_email", f"{text[:50]!r} is not an e-mail address.")
    return plain


def _heading(rules: Rules, target: str) -> str | None:
    place = rules.places.get(target)
    return None if place is None else rules.header[place]


def failed_rows(draft: Draft) -> Iterator[tuple[Row, Sequence[RowError]]]:
    """All rows of the order: corrected together they make it whole."""
    for row in draft.rows:
        other = RowError(row=row.number, code="order_failed", detail="Another row of this order is wrong.")
        yield row, draft.errors.get(row.number, [other])
