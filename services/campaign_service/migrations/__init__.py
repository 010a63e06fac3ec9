"""The service's Alembic history. METADATA is all that its database holds."""

from campaign_service.audiences import models as audiences
from campaign_service.database import Base
from shared.messaging.tables import messaging_metadata
from shared.privacy import privacy_metadata
from shared.web.idempotency import idempotency_metadata

MODELS = (audiences,)
METADATA = [Base.metadata, messaging_metadata, idempotency_metadata, privacy_metadata]
