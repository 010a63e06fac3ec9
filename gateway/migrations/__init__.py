"""The gateway's tables, for Alembic."""

from gateway.api_keys.models import ApiKey
from gateway.auth.models import SignIn
from gateway.database import Base
from gateway.tenants.models import Tenant
from gateway.users.models import User
from shared.messaging.tables import messaging_metadata
from shared.web.idempotency import idempotency_metadata

METADATA = [Base.metadata, messaging_metadata, idempotency_metadata]

__all__ = ["METADATA", "ApiKey", "SignIn", "Tenant", "User"]
