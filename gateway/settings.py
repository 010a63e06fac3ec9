"""What the gateway is told from outside."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings

REPOSITORY = Path(__file__).parents[1]


class Settings(ServiceSettings):
    """`token_private_key` is the JWK whose public half the services know.

    Rates are requests per window and caller, counted in this process. `oidc_issuer` switches external sign-in on.
    """

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", extra="ignore")

    port: int = 8000
    token_private_key: SecretStr
    contacts_url: str = "http://127.0.0.1:8001"
    interactions_url: str = "http://127.0.0.1:8002"
    campaigns_url: str = "http://127.0.0.1:8003"
    analytics_url: str = "http://127.0.0.1:8004"

    rate_burst: int = 100
    rate_burst_window_s: int = 10
    rate_day: int = 500_000
    rate_search: int = 20
    rate_anonymous: int = 100
    sign_ins_per_minute: int = 10

    access_token_lifetime_s: int = 900
    refresh_token_lifetime_s: int = 30 * 24 * 3600
    refresh_grace_s: float = 30
    caller_cache_s: float = 5
    password_memory_kib: int = 65_536

    default_deadline_ms: int = 5_000
    upload_deadline_ms: int = 120_000
    upstream_connections: int = 100

    oidc_issuer: str | None = None
    oidc_audience: str | None = None
    oidc_jwks_url: str | None = None
    oidc_tenant_claim: str = "tenant_id"
    oidc_roles_claim: str = "roles"

    openapi_file: Path = REPOSITORY / "docs" / "openapi.json"

    def upstream_urls(self) -> dict[str, str]:
        return {
            "contacts": self.contacts_url,
            "interactions": self.interactions_url,
            "campaigns": self.campaigns_url,
            "analytics": self.analytics_url,
        }
