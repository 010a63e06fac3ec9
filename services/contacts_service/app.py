"""The API of the contacts service."""

from fastapi import FastAPI

from contacts_service.assets import router as assets
from contacts_service.assignment import router as assignment
from contacts_service.audit import router as audit
from contacts_service.buying_roles import router as buying_roles
from contacts_service.companies import router as companies
from contacts_service.consents import merging as merging_consents
from contacts_service.consents import router as consents
from contacts_service.contactability import router as contactability
from contacts_service.contacts import router as contacts
from contacts_service.database import sight
from contacts_service.duplicates import router as duplicates
from contacts_service.duplicates.service import refuse_duplicates
from contacts_service.exports import router as exports
from contacts_service.fields import router as fields
from contacts_service.handovers import router as handovers
from contacts_service.imports import router as imports
from contacts_service.keyed import key_for
from contacts_service.lifecycle import router as lifecycle
from contacts_service.lists import router as lists
from contacts_service.merging import router as merging
from contacts_service.preferences import router as preferences
from contacts_service.preferences.tokens import LinkTokens
from contacts_service.privacy import router as privacy
from contacts_service.purposes import router as purposes
from contacts_service.quality import router as quality
from contacts_service.relationship_kinds import router as relationship_kinds
from contacts_service.relationships import router as relationships
from contacts_service.service_centres import router as service_centres
from contacts_service.service_due import router as service_due
from contacts_service.service_policies import router as service_policies
from contacts_service.settings import Settings
from contacts_service.suppressions import router as suppressions
from contacts_service.suppressions.models import Digests
from contacts_service.tags import router as tags
from contacts_service.teams import router as teams
from contacts_service.territories import router as territories
from contacts_service.topics import merging as merging_choices
from contacts_service.topics import router as topics
from contacts_service.traits import router as traits
from contacts_service.usage_readings import router as usage_readings
from contacts_service.vcards import router as vcards
from contacts_service.warranties import router as warranties
from contacts_service.worker import CONSUMERS
from shared import operations
from shared.internal import open_doors
from shared.privacy.router import router as privacy_parts
from shared.web.app import create_service

GO_ALONG = (merging_consents, merging_choices)
"""What goes along with a merged contact and is more than rows (`moving.py`)."""
ROUTERS = [
    each.router
    for each in (
        *(tags, lists, lifecycle, quality, vcards),  # their paths below /v1/contacts come before its own
        *(duplicates, merging),
        *(contacts, companies, fields, imports, exports, audit),
        *(relationships, relationship_kinds, buying_roles, traits),
        *(assets, usage_readings, warranties, service_policies, service_due, service_centres),
        *(teams, territories, assignment, handovers),
        *(purposes, consents, suppressions, topics, contactability, preferences),
        *(privacy, operations),
    )
] + [privacy_parts]


def create_app(settings: Settings) -> FastAPI:
    app = create_service("contacts", settings, ROUTERS, summary="Who customers are.", sight=sight())
    app.state.digests = Digests(key_for(settings.privacy_secret, "suppressed addresses"))
    app.state.link_tokens = LinkTokens(key_for(settings.privacy_secret, "preference links"))
    app.state.refuse_duplicates = refuse_duplicates
    open_doors(app, "contacts", CONSUMERS)
    return app
