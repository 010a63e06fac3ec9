"""This service's part of requests about persons."""

from pathlib import Path

from interaction_service.privacy.events import ErasureCompleted, ExportCompleted
from interaction_service.privacy.holdings import holdings
from shared.messaging.jobs import Jobs
from shared.privacy import run_tasks


def register(jobs: Jobs, files_dir: Path) -> None:
    run_tasks(jobs, holdings(files_dir), {"erasure": ErasureCompleted, "export": ExportCompleted})
