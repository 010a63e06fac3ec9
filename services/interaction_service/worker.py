"""What the interaction service does besides answering requests."""

from interaction_service.order_imports import jobs as order_imports
from interaction_service.privacy import jobs as privacy
from interaction_service.privacy.consumer import consumer
from interaction_service.settings import Settings
from shared.db import Database
from shared.messaging.jobs import Jobs
from shared.messaging.service import ServiceWorker
from shared.teams import teams_consumer

CONSUMERS = [consumer, teams_consumer("interaction_teams")]


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    jobs = Jobs()
    order_imports.register(jobs, settings.files_dir)
    privacy.register(jobs, settings.files_dir)
    return ServiceWorker("interactions", settings, database, consumers=CONSUMERS, jobs=jobs)
