"""What the contacts service does besides answering requests."""

from functools import partial

from contacts_service.assignment.consumer import assignment
from contacts_service.audit.consumer import audit_consumer
from contacts_service.duplicates import scans
from contacts_service.duplicates.consumer import consumer as duplicates
from contacts_service.exports import jobs as exports
from contacts_service.facts import FACTS
from contacts_service.fields import jobs as fields
from contacts_service.handovers import jobs as handovers
from contacts_service.imports import jobs as imports
from contacts_service.keyed import key_for
from contacts_service.lifecycle import consumer as orders
from contacts_service.lifecycle import jobs as lifecycle
from contacts_service.lists import jobs as lists
from contacts_service.migrations import METADATA
from contacts_service.privacy import jobs as privacy
from contacts_service.privacy.consumer import consumer as privacy_answers
from contacts_service.privacy.holdings import holdings
from contacts_service.quality import consumer as scoring
from contacts_service.quality import jobs as quality
from contacts_service.service_due import jobs as service_due
from contacts_service.service_policies import jobs as service_policies
from contacts_service.settings import Settings
from contacts_service.suppressions.models import Digests
from contacts_service.tags import consumer as tagging
from contacts_service.tags import jobs as tags
from contacts_service.warranties import jobs as warranties
from shared.db import Database
from shared.messaging.jobs import Jobs
from shared.messaging.service import ServiceWorker
from shared.messaging.transport import open_log

CONSUMERS = [
    *(tagging.consumer, orders.consumer, scoring.consumer, assignment, duplicates),
    *(privacy_answers, audit_consumer(FACTS)),
]


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    jobs = create_jobs(settings, database)
    return ServiceWorker("contacts", settings, database, consumers=CONSUMERS, jobs=jobs)


def create_jobs(settings: Settings, database: Database) -> Jobs:
    jobs = Jobs()
    imports.register(jobs, settings.files_dir)
    exports.register(jobs, database, settings.files_dir)
    for each in (fields, scans, handovers, tags, lists, lifecycle, quality, service_due, service_policies, warranties):
        each.register(jobs)
    log = partial(open_log, settings, client_id="samphan-contacts-privacy")
    digests = Digests(key_for(settings.privacy_secret, "suppressed addresses"))
    privacy.register(jobs, holdings(METADATA, settings.files_dir, digests), log)
    return jobs
