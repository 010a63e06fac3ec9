"""What the analytics service does besides answering requests."""

from analytics_service.features.consumer import features
from analytics_service.settings import Settings
from shared.db import Database
from shared.messaging.service import ServiceWorker
from shared.teams import teams_consumer

CONSUMERS = [features, teams_consumer("analytics_teams")]


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    return ServiceWorker("analytics", settings, database, consumers=CONSUMERS)
