"""What every service is told from outside. Each service derives its own class with its own prefix."""

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """URLs are `postgresql+asyncpg://`. Without `kafka_bootstrap_servers` events travel through the PostgreSQL log.

    `kafka_replication` is for topics that we create: 3 where the cluster has three brokers. `operator_token` opens
    `/internal/…`, and is the same for the gateway and the services; without it those doors are closed.
    """

    model_config = SettingsConfigDict(extra="ignore")

    database_url: str
    system_database_url: str
    owner_database_url: str | None = None
    log_database_url: str
    kafka_bootstrap_servers: str | None = None
    kafka_replication: int = 1
    host: str = "127.0.0.1"
    port: int
    token_public_key: SecretStr
    cursor_secret: SecretStr
    operator_token: Annotated[SecretStr, Field(min_length=32)] | None = None
    database_pool_size: int = 8
    log_level: str = "INFO"
