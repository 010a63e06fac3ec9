"""What the contacts service does besides answering requests."""

from contacts_service.assignment.consumer import assignment
from contacts_service.handovers import jobs as handovers
from contacts_service.imports import jobs as imports
from contacts_service.settings import Settings
from shared.db import Database
from shared.messaging.jobs import Jobs
from shared.messaging.service import ServiceWorker

CONSUMERS = [assignment]


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    jobs = Jobs()
    imports.register(jobs, settings.files_dir)
    handovers.register(jobs)
    return ServiceWorker("contacts", settings, database, consumers=CONSUMERS, jobs=jobs)
