"""What the campaign service does besides answering requests."""

from campaign_service.privacy import jobs as privacy
from campaign_service.privacy.consumer import contacts
from campaign_service.settings import Settings
from shared.db import Database
from shared.messaging.jobs import Jobs
from shared.messaging.service import ServiceWorker
from shared.teams import teams_consumer

CONSUMERS = [contacts, teams_consumer("campaign_teams")]


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    jobs = Jobs()
    privacy.register(jobs)
    return ServiceWorker("campaigns", settings, database, consumers=CONSUMERS, jobs=jobs)
