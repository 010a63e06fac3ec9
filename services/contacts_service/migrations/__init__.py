"""The service's Alembic history. METADATA is all that its database holds."""

from contacts_service.assets import models as assets
from contacts_service.assignment import models as assignment
from contacts_service.audit import models as audit
from contacts_service.buying_roles import models as buying_roles
from contacts_service.companies import models as companies
from contacts_service.consents import models as consents
from contacts_service.contacts import models as contacts
from contacts_service.contacts import owners
from contacts_service.database import Base
from contacts_service.duplicates import models as duplicates
from contacts_service.exports import models as exports
from contacts_service.fields import models as fields
from contacts_service.handovers import models as handovers
from contacts_service.history import models as history
from contacts_service.imports import models as imports
from contacts_service.lifecycle import models as lifecycle
from contacts_service.lists import models as lists
from contacts_service.merging import models as merging
from contacts_service.preferences import models as preferences
from contacts_service.privacy import models as privacy
from contacts_service.purposes import models as purposes
from contacts_service.quality import models as quality
from contacts_service.relationship_kinds import models as relationship_kinds
from contacts_service.relationships import models as relationships
from contacts_service.service_centres import models as service_centres
from contacts_service.service_due import models as service_due
from contacts_service.service_policies import models as service_policies
from contacts_service.stages import models as stages
from contacts_service.suppressions import models as suppressions
from contacts_service.tags import models as tags
from contacts_service.teams import models as teams
from contacts_service.territories import models as territories
from contacts_service.topics import models as topics
from contacts_service.traits import models as traits
from contacts_service.usage_readings import models as usage_readings
from contacts_service.warranties import models as warranties
from shared.messaging.tables import messaging_metadata
from shared.operations import operations_metadata
from shared.privacy import privacy_metadata
from shared.web.idempotency import idempotency_metadata

MODELS = (
    *(contacts, companies, fields, history, imports, exports, audit),
    *(duplicates, merging),
    *(relationship_kinds, relationships, buying_roles, traits),
    *(assets, usage_readings, warranties, service_policies, service_due, service_centres),
    *(owners, teams, territories, assignment, handovers),
    *(purposes, consents, suppressions, topics, preferences, privacy),
    *(stages, lifecycle, tags, lists, quality),
)
METADATA = [Base.metadata, messaging_metadata, idempotency_metadata, operations_metadata, privacy_metadata]
