"""What the gateway does besides answering requests: its users' events go out."""

from gateway.settings import Settings
from shared.db import Database
from shared.messaging.service import ServiceWorker


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    return ServiceWorker("gateway", settings, database)
