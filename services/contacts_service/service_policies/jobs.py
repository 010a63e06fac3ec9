"""Changed policies reach the rest of their assets."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.service_policies.models import PolicySpread
from contacts_service.service_policies.spreading import go_on
from shared.messaging.jobs import Jobs, claim


def register(jobs: Jobs) -> None:
    @jobs.every(seconds=5, due=select(PolicySpread.tenant_id))
    async def spread_policies(session: AsyncSession, _: datetime) -> int:
        """One step of one policy a transaction; where it stopped is stored with it."""
        spread = await session.scalar(claim(PolicySpread, where=[], limit=1))
        if spread is None:
            return 0
        await go_on(session, spread)
        return 1
