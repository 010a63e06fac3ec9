"""All that this service tells others, by slice."""

from contacts_service.assets import events as assets
from contacts_service.audit import events as audit
from contacts_service.buying_roles import events as buying_roles
from contacts_service.companies import events as companies
from contacts_service.consents import events as consents
from contacts_service.contacts import events as contacts
from contacts_service.duplicates import events as duplicates
from contacts_service.imports import events as imports
from contacts_service.lists import events as lists
from contacts_service.privacy import events as privacy
from contacts_service.purposes import events as purposes
from contacts_service.quality import events as quality
from contacts_service.relationships import events as relationships
from contacts_service.service_centres import events as service_centres
from contacts_service.service_due import events as service_due
from contacts_service.stages import events as stages
from contacts_service.tags import events as tags
from contacts_service.teams import events as teams
from contacts_service.topics import events as topics
from contacts_service.traits import events as traits
from contacts_service.warranties import events as warranties

FACTS = (
    assets,
    audit,
    buying_roles,
    companies,
    consents,
    contacts,
    duplicates,
    imports,
    lists,
    privacy,
    purposes,
    quality,
    relationships,
    service_centres,
    service_due,
    stages,
    tags,
    teams,
    topics,
    traits,
    warranties,
)
