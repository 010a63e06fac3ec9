"""This service's part of requests about persons."""

from campaign_service.privacy.events import ErasureCompleted, ExportCompleted
from campaign_service.privacy.holdings import HOLDINGS
from shared.messaging.jobs import Jobs
from shared.privacy import run_tasks


def register(jobs: Jobs) -> None:
    run_tasks(jobs, HOLDINGS, {"erasure": ErasureCompleted, "export": ExportCompleted})
