"""Telling ahead of time that warranties end."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.warranties.models import Warranty
from contacts_service.warranties.service import remind
from shared.messaging.jobs import Jobs, claim

BATCH = 500


def register(jobs: Jobs) -> None:
    @jobs.every(seconds=30, due=select(Warranty.tenant_id).where(Warranty.remind_at <= func.now()))
    async def tell_of_ending_warranties(session: AsyncSession, now: datetime) -> int:
        """A full batch runs again at once."""
        claimed = (await session.scalars(claim(Warranty, where=[Warranty.remind_at <= now], limit=BATCH))).all()
        if claimed:
            await remind(session, claimed, now)
        return len(claimed)
