"""Appends what this service told to the audit log, once each."""

from collections.abc import Iterable, Sequence
from datetime import date
from types import ModuleType
from typing import Any, TypeGuard, cast

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.audit.events import AuditDayClosed
from contacts_service.audit.models import START, AuditEntry, AuditHead, link
from shared.db.bulk import insert_rows
from shared.db.record import now
from shared.instants import rfc3339
from shared.messaging import Consumer, Event, Reading, stage

ENTRIES = cast("Table", AuditEntry.__table__)
BEGIN = text("insert into audit_heads (tenant_id, number, hash) values (:tenant_id, 0, :hash) on conflict do nothing")
TOLD_AGAIN = (".snapshot.", ".tombstone.")
"""For projections that are made again: nothing happened."""


class Fact(Reading):
    changed_fields: list[str] = []


def audited_types(facts: Iterable[ModuleType]) -> list[str]:
    events = (each for module in facts for each in vars(module).values() if _is_event(each))
    types = {event.event_type for event in events}
    return sorted(each for each in types if not any(again in each for again in TOLD_AGAIN))


def _is_event(found: object) -> TypeGuard[type[Event]]:
    """A declared one: classes without a type are bases of others."""
    return isinstance(found, type) and issubclass(found, Event) and hasattr(found, "event_type")


def audit_consumer(facts: Iterable[ModuleType]) -> Consumer:
    """Of the events that these modules declare."""
    consumer = Consumer("audit")

    class AnyFact(Fact, types=audited_types(facts)):
        pass

    consumer.on(AnyFact, inbox=True, reaction=True)(append)
    return consumer


async def append(session: AsyncSession, facts: Sequence[Fact]) -> None:
    head = await _locked_head(session, facts[0].envelope.tenant_id)
    today = now().date()
    if head.day is not None and head.day < today:
        closed = AuditDayClosed(tenant_id=head.tenant_id, day=head.day, number=head.number, hash=head.hash.hex())
        stage(session, closed, cause=facts[0].envelope)
    tenant_id, hash_, rows = head.tenant_id, head.hash, []
    for number, fact in enumerate(facts, head.number + 1):
        row = _entry(fact, number, today)
        hash_ = link(hash_, row)
        rows.append({"tenant_id": tenant_id, **row, "hash": f"\\x{hash_.hex()}"})
    head.number, head.day, head.hash = head.number + len(rows), today, hash_
    await insert_rows(session, ENTRIES, rows)


async def _locked_head(session: AsyncSession, tenant_id: object) -> AuditHead:
    """One writer at a time: entries are numbered without a gap."""
    await session.execute(BEGIN, {"tenant_id": tenant_id, "hash": START})
    return await session.get_one(AuditHead, tenant_id, with_for_update=True, populate_existing=True)


def _entry(fact: Fact, number: int, today: date) -> dict[str, Any]:
    told = fact.envelope
    return {
        "number": number,
        "day": today.isoformat(),
        "event_id": str(told.id),
        "event_type": told.type,
        "subject": told.subject,
        "version": told.version,
        "occurred_at": rfc3339(told.time),
        "actor_id": told.actor_id and str(told.actor_id),
        "request_id": told.correlation_id,
        "changed_fields": fact.changed_fields,
    }
