"""What the contacts service does besides answering requests."""

from contacts_service.audit.consumer import audit_consumer
from contacts_service.exports import jobs as exports
from contacts_service.imports import jobs as imports
from contacts_service.settings import Settings
from shared.db import Database
from shared.messaging.jobs import Jobs
from shared.messaging.service import ServiceWorker


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    jobs = Jobs()
    imports.register(jobs, settings.files_dir)
    exports.register(jobs, database, settings.files_dir)
    return ServiceWorker("contacts", settings, database, consumers=[audit_consumer()], jobs=jobs)
