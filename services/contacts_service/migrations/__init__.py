"""The service's Alembic history. METADATA is all that its database holds."""

from contacts_service.companies import models as companies
from contacts_service.consents import models as consents
from contacts_service.contacts import models as contacts
from contacts_service.database import Base
from contacts_service.imports import models as imports
from contacts_service.preferences import models as preferences
from contacts_service.purposes import models as purposes
from contacts_service.suppressions import models as suppressions
from contacts_service.topics import models as topics
from shared.messaging.tables import messaging_metadata
from shared.operations import operations_metadata
from shared.web.idempotency import idempotency_metadata

MODELS = (contacts, companies, imports, purposes, consents, suppressions, topics, preferences)
METADATA = [Base.metadata, messaging_metadata, idempotency_metadata, operations_metadata]
