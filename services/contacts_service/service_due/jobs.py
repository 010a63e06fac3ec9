"""Reminders of services that fall due."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.service_due.models import ServiceDue
from contacts_service.service_due.service import remind
from shared.messaging.jobs import Jobs, claim

BATCH = 500


def register(jobs: Jobs) -> None:
    due = select(ServiceDue.tenant_id).where(ServiceDue.remind_at <= func.now())

    @jobs.every(seconds=30, due=due)
    async def remind_of_services(session: AsyncSession, now: datetime) -> int:
        """A full batch runs again at once."""
        claimed = (await session.scalars(claim(ServiceDue, where=[ServiceDue.remind_at <= now], limit=BATCH))).all()
        if claimed:
            await remind(session, claimed, now)
        return len(claimed)
