"""Which of the two event logs a process uses."""

from shared.messaging.log import EventLog
from shared.messaging.postgres_log import PostgresLog
from shared.settings import ServiceSettings


def open_log(settings: ServiceSettings, *, client_id: str) -> EventLog:
    """Kafka if its servers are given, else the PostgreSQL log. Connects at first use; the caller closes it."""
    if settings.kafka_bootstrap_servers:
        from shared.messaging.kafka import KafkaLog  # a process without Kafka does not load its client

        return KafkaLog(settings.kafka_bootstrap_servers, client_id=client_id, replication=settings.kafka_replication)
    return PostgresLog(settings.log_database_url)
