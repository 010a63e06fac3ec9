"""The service's Alembic history. METADATA is all that its database holds."""

from contacts_service.assets import models as assets
from contacts_service.companies import models as companies
from contacts_service.contacts import models as contacts
from contacts_service.database import Base
from contacts_service.imports import models as imports
from contacts_service.service_centres import models as service_centres
from contacts_service.service_due import models as service_due
from contacts_service.service_policies import models as service_policies
from contacts_service.usage_readings import models as usage_readings
from contacts_service.warranties import models as warranties
from shared.messaging.tables import messaging_metadata
from shared.operations import operations_metadata
from shared.web.idempotency import idempotency_metadata

MODELS = (
    contacts, companies, imports, assets, usage_readings, warranties, service_policies, service_due, service_centres,
)  # fmt: skip
METADATA = [Base.metadata, messaging_metadata, idempotency_metadata, operations_metadata]
