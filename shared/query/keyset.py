"""Where a page begins: the rows beyond the last one of the page before, nulls last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, tuple_


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order. `is_null`: it is null in all rows, and decides nothing."""

    shown: ColumnElement[Any]
    descending: bool
    nullable: bool
    is_null: bool = False

    def in_order(self) -> ColumnElement[Any]:
        ordered = self.shown.desc() if self.descending else self.shown.asc()
        return ordered.nulls_last() if self.nullable else ordered


def beyond(keys: Sequence[Key], nulls: Sequence[bool]) -> ColumnElement[bool]:
    """After the row whose keys are the parameters `k0`, `k1`, ...; `nulls` says which of them are null."""
    found = [
        (key, bindparam(f"k{index}", type_=key.shown.type), is_null)
        for index, (key, is_null) in enumerate(zip(keys, nulls, strict=True))
        if not key.is_null
    ]
    if len({key.descending for key, _, _ in found}) == 1 and not any(key.nullable for key, _, _ in found):
        columns, values = (tuple_(*each) for each in zip(*((key.shown, value) for key, value, _ in found), strict=True))
        return columns < values if found[0][0].descending else columns > values
    alternatives = []
    same: list[ColumnElement[bool]] = []
    for key, value, is_null in found:
        alternatives.append(and_(*same, _beyond(key, value, is_null=is_null)))
        same.append(key.shown.is_(None) if is_null else key.shown == value)
    return or_(*alternatives)


def _beyond(key: Key, value: ColumnElement[Any], *, is_null: bool) -> ColumnElement[bool]:
    if is_null:
        return false()
    found = key.shown < value if key.descending else key.shown > value
    return or_(found, key.shown.is_(None)) if key.nullable else found
