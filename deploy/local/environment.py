"""What each process is told: the settings of all services as environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local.databases import LOG, Databases
from deploy.local.keys import Keys

HOST = "127.0.0.1"
GATEWAY = "gateway"


@dataclass(frozen=True)
class Service:
    """`port_offset` is added to the port of the gateway."""

    name: str
    package: str
    port_offset: int

    def port(self, gateway_port: int) -> int:
        return gateway_port + self.port_offset

    def url(self, gateway_port: int) -> str:
        return f"http://{HOST}:{self.port(gateway_port)}"


SERVICES = (
    Service(GATEWAY, "gateway", 0),
    Service("contacts", "contacts_service", 1),
    Service("interactions", "interaction_service", 2),
    Service("campaigns", "campaign_service", 3),
    Service("analytics", "analytics_service", 4),
)


def environment(
    databases: Databases,
    keys: Keys,
    *,
    port: int,
    kafka_bootstrap_servers: str | None = None,
    kafka_replication: int = 1,
) -> dict[str, str]:
    """Settings of the gateway on `port` and the services behind it. To be added to the caller's own environment."""
    log = _log_settings(databases, kafka_bootstrap_servers, kafka_replication)
    settings = {
        f"{service.name.upper()}_{setting.upper()}": value
        for service in SERVICES
        for setting, value in {**_settings(service, databases, keys, port), **log}.items()
    }
    upstreams = {f"GATEWAY_{s.name.upper()}_URL": s.url(port) for s in SERVICES if s.name != GATEWAY}
    return {
        **settings,
        **upstreams,
        "GATEWAY_TOKEN_PRIVATE_KEY": keys.token_private_key,
        "CONTACTS_PRIVACY_SECRET": keys.privacy_secret,
        "LOG_OWNER_DATABASE_URL": databases[LOG].owner,
    }


def _settings(service: Service, databases: Databases, keys: Keys, port: int) -> Mapping[str, str]:
    urls = databases[service.name]
    return {
        "database_url": urls.app,
        "system_database_url": urls.system,
        "owner_database_url": urls.owner,
        "host": HOST,
        "port": str(service.port(port)),
        "token_public_key": keys.token_public_key,
        "cursor_secret": keys.cursor_secret,
        "operator_token": keys.operator_token,
    }


def _log_settings(databases: Databases, kafka_bootstrap_servers: str | None, replication: int) -> Mapping[str, str]:
    settings = {"log_database_url": databases[LOG].system}
    if kafka_bootstrap_servers is not None:
        settings["kafka_bootstrap_servers"] = kafka_bootstrap_servers
        settings["kafka_replication"] = str(replication)
    return settings
