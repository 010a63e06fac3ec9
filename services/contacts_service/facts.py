"""All that this service tells others, by slice."""

from contacts_service.audit import events as audit
from contacts_service.companies import events as companies
from contacts_service.consents import events as consents
from contacts_service.contacts import events as contacts
from contacts_service.imports import events as imports
from contacts_service.lists import events as lists
from contacts_service.purposes import events as purposes
from contacts_service.quality import events as quality
from contacts_service.stages import events as stages
from contacts_service.tags import events as tags
from contacts_service.topics import events as topics

FACTS = (audit, companies, consents, contacts, imports, lists, purposes, quality, stages, tags, topics)
