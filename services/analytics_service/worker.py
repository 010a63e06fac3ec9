"""What the analytics service does besides answering requests."""

from analytics_service.features.consumer import features
from analytics_service.settings import Settings
from shared.db import Database
from shared.messaging.service import ServiceWorker

CONSUMERS = [features]


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    return ServiceWorker("analytics", settings, database, consumers=CONSUMERS)
