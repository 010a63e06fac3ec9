"""The service's Alembic history. METADATA is all that its database holds."""

from analytics_service.database import Base
from analytics_service.features import models as features
from shared.messaging.tables import messaging_metadata
from shared.privacy import privacy_metadata
from shared.web.idempotency import idempotency_metadata

MODELS = (features,)
METADATA = [Base.metadata, messaging_metadata, idempotency_metadata, privacy_metadata]
