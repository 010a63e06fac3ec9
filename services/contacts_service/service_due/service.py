"""Reminding of what is due, and putting it off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.service_due import events
from contacts_service.service_due.models import ServiceDue, ServiceDueNotFound, SnoozedIntoThePast
from shared.db.record import now
from shared.db.statement import Statement
from shared.errors import FieldError
from shared.messaging.outbox import stage

ASSETS = Statement("""
select id, contact_id, company_id, owner_id, name as asset_name, kind, brand, model from assets
where tenant_id = :tenant_id and id = any(cast(:ids as uuid[]))
""")


async def remind(session: AsyncSession, dues: Sequence[ServiceDue], moment: datetime) -> None:
    """`dues` are claimed: nobody else reminds of them, and a crash before the commit leaves them as they were."""
    assets = await _assets(session, {due.asset_id for due in dues})
    for due in dues:
        due.remind_at, due.snoozed_until = None, None
        due.reminded_at, due.reminders = moment, due.reminders + 1
    await session.flush()
    stage(session, *(_fact(due, assets[due.asset_id]) for due in dues))


async def snooze(session: AsyncSession, due_id: UUID, until: datetime) -> ServiceDue:
    """It is reminded of at `until`, again if it was already. Raises ServiceDueNotFound, SnoozedIntoThePast."""
    tenant_id = session.info["context"].tenant_id
    query = select(ServiceDue).where(ServiceDue.tenant_id == tenant_id, ServiceDue.id == due_id)
    due = await session.scalar(query.with_for_update(), execution_options={"populate_existing": True})
    if due is None:
        raise ServiceDueNotFound(f"There is no due service {due_id}.")
    if until <= now():
        detail = "The reminder would come in the past. Choose a later moment."
        raise SnoozedIntoThePast(detail, errors=[FieldError("snoozed_into_the_past", detail, pointer="/until")])
    due.remind_at = due.snoozed_until = until
    await session.flush()
    return due


def _fact(due: ServiceDue, asset: dict[str, Any]) -> events.ServiceDue:
    shown = {name: getattr(due, name) for name in events.ServiceDue.model_fields if hasattr(ServiceDue, name)}
    return events.ServiceDue(**shown, **asset, due_id=due.id, reminder=due.reminders)


async def _assets(session: AsyncSession, ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    given = {"tenant_id": session.info["context"].tenant_id, "ids": sorted(ids)}
    rows = [dict(row) for row in await ASSETS.run(session, given)]
    return {row.pop("id"): row for row in rows}
