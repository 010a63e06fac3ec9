"""What the contacts service does besides answering requests."""

from contacts_service.imports import jobs as imports
from contacts_service.lifecycle import consumer as orders
from contacts_service.lifecycle import jobs as lifecycle
from contacts_service.lists import jobs as lists
from contacts_service.quality import consumer as scoring
from contacts_service.quality import jobs as quality
from contacts_service.settings import Settings
from contacts_service.tags import consumer as tagging
from contacts_service.tags import jobs as tags
from shared.db import Database
from shared.messaging.jobs import Jobs
from shared.messaging.service import ServiceWorker

CONSUMERS = [tagging.consumer, orders.consumer, scoring.consumer]


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    return ServiceWorker("contacts", settings, database, consumers=CONSUMERS, jobs=create_jobs(settings))


def create_jobs(settings: Settings) -> Jobs:
    jobs = Jobs()
    imports.register(jobs, settings.files_dir)
    tags.register(jobs)
    lists.register(jobs)
    lifecycle.register(jobs)
    quality.register(jobs)
    return jobs
