"""The service's Alembic history. METADATA is all that its database holds."""

from contacts_service.companies import models as companies
from contacts_service.contacts import models as contacts
from contacts_service.database import Base
from contacts_service.imports import models as imports
from contacts_service.lifecycle import models as lifecycle
from contacts_service.lists import models as lists
from contacts_service.quality import models as quality
from contacts_service.stages import models as stages
from contacts_service.tags import models as tags
from shared.messaging.tables import messaging_metadata
from shared.operations import operations_metadata
from shared.web.idempotency import idempotency_metadata

MODELS = (contacts, companies, imports, stages, lifecycle, tags, lists, quality)
METADATA = [Base.metadata, messaging_metadata, idempotency_metadata, operations_metadata]
