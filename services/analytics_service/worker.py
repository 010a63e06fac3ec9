"""What the analytics service does besides answering requests."""

from analytics_service.privacy import jobs as privacy
from analytics_service.privacy.consumer import features
from analytics_service.settings import Settings
from shared.db import Database
from shared.messaging.jobs import Jobs
from shared.messaging.service import ServiceWorker
from shared.teams import teams_consumer

CONSUMERS = [features, teams_consumer("analytics_teams")]


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    jobs = Jobs()
    privacy.register(jobs)
    return ServiceWorker("analytics", settings, database, consumers=CONSUMERS, jobs=jobs)
