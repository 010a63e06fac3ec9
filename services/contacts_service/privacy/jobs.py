"""What is due of requests about persons."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.privacy import log
from contacts_service.privacy.events import ErasureCompleted, ExportCompleted
from contacts_service.privacy.models import PrivacyRequest
from contacts_service.privacy.service import advance
from shared.messaging.jobs import Jobs, claim
from shared.messaging.log import EventLog
from shared.messaging.metrics import PRIVACY_OVERDUE
from shared.privacy import Holdings, run_tasks

ALARM = timedelta(hours=72)
COUNT_OVERDUE = text("select count(*) from privacy_requests where status = 'running' and started_at < :before")


def register(jobs: Jobs, held: Holdings, open_log: Callable[[], EventLog]) -> None:
    run_tasks(jobs, held, {"erasure": ErasureCompleted, "export": ExportCompleted})
    due = select(PrivacyRequest.tenant_id).where(PrivacyRequest.ask_at <= func.now())
    cleaning = select(PrivacyRequest.tenant_id).where(PrivacyRequest.log_place.is_not(None))

    @jobs.every(seconds=1, due=due)
    async def advance_privacy_requests(session: AsyncSession, now: datetime) -> int:
        wanted = claim(PrivacyRequest, where=[PrivacyRequest.ask_at <= now], limit=1).order_by(PrivacyRequest.ask_at)
        request = await session.scalar(wanted)
        if request is not None:
            await advance(session, request, now)
        return int(request is not None)

    @jobs.every(seconds=1, due=cleaning)
    async def clean_log(session: AsyncSession, _: datetime) -> int:
        request = await session.scalar(claim(PrivacyRequest, where=[PrivacyRequest.log_place.is_not(None)], limit=1))
        if request is not None:
            await log.clean_some(session, request, open_log)
        return int(request is not None)

    @jobs.every(seconds=60)
    async def count_overdue_requests(session: AsyncSession, now: datetime) -> int:
        PRIVACY_OVERDUE.set(await session.scalar(COUNT_OVERDUE, {"before": now - ALARM}) or 0)
        return 0
