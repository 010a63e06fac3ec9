"""The service's Alembic history. METADATA is all that its database holds."""

from contacts_service.companies import models as companies
from contacts_service.contacts import models as contacts
from contacts_service.database import Base
from contacts_service.duplicates import models as duplicates
from contacts_service.imports import models as imports
from contacts_service.merging import models as merging
from shared.messaging.tables import messaging_metadata
from shared.operations import operations_metadata
from shared.web.idempotency import idempotency_metadata

MODELS = (contacts, companies, imports, duplicates, merging)
METADATA = [Base.metadata, messaging_metadata, idempotency_metadata, operations_metadata]
