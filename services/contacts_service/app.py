"""The API of the contacts service."""

from fastapi import FastAPI

from contacts_service.assignment import router as assignment
from contacts_service.companies import router as companies
from contacts_service.contacts import router as contacts
from contacts_service.database import sight
from contacts_service.handovers import router as handovers
from contacts_service.imports import router as imports
from contacts_service.settings import Settings
from contacts_service.teams import router as teams
from contacts_service.territories import router as territories
from contacts_service.worker import CONSUMERS
from shared import operations
from shared.internal import open_doors
from shared.web.app import create_service

ROUTERS = [
    contacts.router,
    companies.router,
    imports.router,
    teams.router,
    territories.router,
    assignment.router,
    handovers.router,
    operations.router,
]


def create_app(settings: Settings) -> FastAPI:
    app = create_service("contacts", settings, ROUTERS, summary="Who customers are.", sight=sight())
    open_doors(app, "contacts", CONSUMERS)
    return app
