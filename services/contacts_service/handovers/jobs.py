"""What was handed over for a time comes back."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.handovers.models import Handover
from contacts_service.handovers.service import give_back
from shared.messaging.jobs import Jobs, claim


def register(jobs: Jobs) -> None:
    is_out = Handover.returned_at.is_(None)
    due = select(Handover.tenant_id).where(is_out, Handover.return_at <= func.now())

    @jobs.every(seconds=30, due=due)
    async def return_handovers(session: AsyncSession, now: datetime) -> int:
        """One at a time: each may be thousands of contacts."""
        handover = await session.scalar(claim(Handover, where=[is_out, Handover.return_at <= now], limit=1))
        if handover is None:
            return 0
        await give_back(session, handover)
        return 1
