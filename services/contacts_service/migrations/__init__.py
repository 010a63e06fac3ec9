"""The service's Alembic history. METADATA is all that its database holds."""

from contacts_service.buying_roles import models as buying_roles
from contacts_service.companies import models as companies
from contacts_service.contacts import models as contacts
from contacts_service.database import Base
from contacts_service.imports import models as imports
from contacts_service.relationship_kinds import models as relationship_kinds
from contacts_service.relationships import models as relationships
from contacts_service.traits import models as traits
from shared.messaging.tables import messaging_metadata
from shared.operations import operations_metadata
from shared.web.idempotency import idempotency_metadata

MODELS = (contacts, companies, imports, relationship_kinds, relationships, buying_roles, traits)
METADATA = [Base.metadata, messaging_metadata, idempotency_metadata, operations_metadata]
