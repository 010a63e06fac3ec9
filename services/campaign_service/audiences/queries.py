"""Reads of audiences."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, tuple_

from campaign_service.audiences.models import KnownContact
from shared.query import Query, Reader, Row

CONTACTS = KnownContact.__table__.c
DIMENSIONS = ("language", "customer_class", "lifecycle_stage")
MOST_GROUPS = 100

_grouped = [CONTACTS[name] for name in DIMENSIONS]
_by_email, _by_phone = CONTACTS.email.is_not(None), CONTACTS.phone.is_not(None)
SUMMARY = Query(
    select(
        *_grouped,
        func.grouping(*_grouped).label("grouping"),
        func.count().label("contacts"),
        func.count().filter(_by_email).label("email"),
        func.count().filter(_by_phone).label("phone"),
        func.count().filter(_by_email | _by_phone).label("any"),
    )
    .where(CONTACTS.tenant_id == bindparam("tenant_id"), ~CONTACTS.deleted)
    .group_by(func.grouping_sets(*(tuple_(column) for column in _grouped), tuple_()))
    .order_by(func.count().desc(), *_grouped)
)
"""One scan: `grouping` tells by its bits which dimensions a row sums over."""


async def summarise(reader: Reader) -> dict[str, Any]:
    """Counts of live contacts; the largest groups first, at most 100 a dimension."""
    rows = await reader.rows(SUMMARY)
    total = next(row for row in rows if row["grouping"] == _sums_over(None))
    return {
        "contacts": total["contacts"],
        "reachable": {name: total[name] for name in ("email", "phone", "any")},
        **{f"by_{name}": _groups(rows, name) for name in DIMENSIONS},
    }


def _groups(rows: Sequence[Row], dimension: str) -> list[dict[str, Any]]:
    wanted = [row for row in rows if row["grouping"] == _sums_over(dimension)]
    return [{"value": row[dimension], "contacts": row["contacts"]} for row in wanted[:MOST_GROUPS]]


def _sums_over(dimension: str | None) -> int:
    """GROUPING's value of rows that belong to one dimension, or to none: a bit for each dimension summed over."""
    return sum(1 << bit for bit, name in enumerate(reversed(DIMENSIONS)) if name != dimension)
