"""What the contacts service does besides answering requests."""

from contacts_service.settings import Settings
from shared.db import Database
from shared.messaging.service import ServiceWorker


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    return ServiceWorker("contacts", settings, database)
