"""What the contacts service does besides answering requests."""

from contacts_service.imports import jobs as imports
from contacts_service.service_due import jobs as service_due
from contacts_service.service_policies import jobs as service_policies
from contacts_service.settings import Settings
from contacts_service.warranties import jobs as warranties
from shared.db import Database
from shared.messaging.jobs import Jobs
from shared.messaging.service import ServiceWorker


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    jobs = Jobs()
    imports.register(jobs, settings.files_dir)
    for each in (service_due, service_policies, warranties):
        each.register(jobs)
    return ServiceWorker("contacts", settings, database, jobs=jobs)
