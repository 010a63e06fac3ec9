"""What the interaction service does besides answering requests."""

from interaction_service.order_imports import jobs as order_imports
from interaction_service.orders import consumer as orders
from interaction_service.settings import Settings
from shared.db import Database
from shared.messaging.jobs import Jobs
from shared.messaging.service import ServiceWorker
from shared.teams import teams_consumer

CONSUMERS = [orders.consumer, teams_consumer("interaction_teams")]


def create_worker(settings: Settings, database: Database) -> ServiceWorker:
    jobs = Jobs()
    order_imports.register(jobs, settings.files_dir)
    return ServiceWorker("interactions", settings, database, consumers=CONSUMERS, jobs=jobs)
