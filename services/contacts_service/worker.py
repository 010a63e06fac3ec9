"""What the contacts service does besides answering requests."""

from functools import partial

from contacts_service.imports import jobs as imports
from contacts_service.migrations import METADATA
from contacts_service.privacy import jobs as privacy
from contacts_service.privacy.consumer import consumer as privacy_answers
from contacts_service.privacy.holdings import holdings
from contacts_service.settings import Settings
from shared.db import Database
from shared.messaging.jobs import Jobs
from shared.messaging.service import ServiceWorker
from shared.messaging.transport import open_log

CONSUMERS = [privacy_answers]


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    jobs = Jobs()
    imports.register(jobs, settings.files_dir)
    log = partial(open_log, settings, client_id="samphan-contacts-privacy")
    privacy.register(jobs, holdings(METADATA, settings.files_dir), log)
    return ServiceWorker("contacts", settings, database, consumers=CONSUMERS, jobs=jobs)
