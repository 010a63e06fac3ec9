"""The service's Alembic history. METADATA is all that its database holds."""

from interaction_service.database import Base
from interaction_service.interactions import models as interactions
from interaction_service.known_contacts import models as known_contacts
from interaction_service.order_imports import models as order_imports
from interaction_service.orders import models as orders
from shared.messaging.tables import messaging_metadata
from shared.operations import operations_metadata
from shared.privacy import privacy_metadata
from shared.web.idempotency import idempotency_metadata

MODELS = (known_contacts, interactions, orders, order_imports)
METADATA = [Base.metadata, messaging_metadata, idempotency_metadata, operations_metadata, privacy_metadata]
