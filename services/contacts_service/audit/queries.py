"""Reads of the audit log, and the proof that it is whole."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, Date, bindparam, select

from contacts_service.audit.models import HASHED, START, AuditEntry, link
from shared.db.record import now
from shared.query import Collection, Field, Kind, Query, Reader

ENTRIES = AuditEntry.__table__
FIELDS = [
    Field("id", ENTRIES.c.number, Kind.INTEGER, sortable=True, nullable=False),
    Field("event_id", ENTRIES.c.event_id, Kind.UUID),
    Field("event_type", ENTRIES.c.event_type, Kind.TEXT),
    Field("subject", ENTRIES.c.subject, Kind.TEXT),
    Field("version", ENTRIES.c.version, Kind.INTEGER, filterable=False),
    Field("occurred_at", ENTRIES.c.occurred_at, Kind.INSTANT),
    Field("actor_id", ENTRIES.c.actor_id, Kind.UUID),
    Field("request_id", ENTRIES.c.request_id, Kind.TEXT),
    Field("changed_fields", ENTRIES.c.changed_fields, Kind.TAGS),
    Field("day", ENTRIES.c.day, Kind.DAY),
]
COLLECTION = Collection("audit-log", ENTRIES, FIELDS, default_sort="-id")
AT_ONCE = 5_000
MINE = ENTRIES.c.tenant_id == bindparam("tenant_id")
NUMBER = ENTRIES.c.number
DAY = bindparam("day", type_=Date)
LAST = Query(select(NUMBER, ENTRIES.c.hash, ENTRIES.c.day).where(MINE).order_by(NUMBER.desc()).limit(1))
LAST_BEFORE = Query(select(NUMBER, ENTRIES.c.hash).where(MINE, ENTRIES.c.day < DAY).order_by(NUMBER.desc()).limit(1))
CHAIN = Query(
    select(*(ENTRIES.c[name] for name in HASHED), ENTRIES.c.hash)
    .where(MINE, ENTRIES.c.day == DAY, bindparam("after", type_=BigInteger) < NUMBER)
    .order_by(NUMBER)
    .limit(AT_ONCE)
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`hash` is that of the last entry that follows from those before; `first_broken` the number of the next one."""

    day: date
    entries: int
    hash: str
    first_broken: int | None


async def verify(reader: Reader, day: date | None) -> Verdict:
    """Follows the chain through one day, the last one with entries unless it is given, from the day before."""
    if day is None:
        last = await reader.one_or_none(LAST)
        day = date.fromisoformat(last["day"]) if last else now().date()
    before = await reader.one_or_none(LAST_BEFORE, day=day)
    first, reached = (before["number"], before["hash"]) if before else (0, START)
    number = first
    while rows := await reader.rows(CHAIN, day=day, after=number):
        for row in rows:
            expected = link(reached, dict(row))
            if row["number"] != number + 1 or row["hash"] != expected:
                return Verdict(day, number - first, reached.hex(), number + 1)
            number, reached = number + 1, expected
    return Verdict(day, number - first, reached.hex(), None)
