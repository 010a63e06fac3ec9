"""What the contacts service does besides answering requests."""

from contacts_service.duplicates import scans
from contacts_service.duplicates.consumer import consumer as duplicates
from contacts_service.imports import jobs as imports
from contacts_service.settings import Settings
from shared.db import Database
from shared.messaging.jobs import Jobs
from shared.messaging.service import ServiceWorker

CONSUMERS = [duplicates]


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    jobs = Jobs()
    imports.register(jobs, settings.files_dir)
    scans.register(jobs)
    return ServiceWorker("contacts", settings, database, consumers=CONSUMERS, jobs=jobs)
