"""The API of the contacts service."""

from fastapi import FastAPI

from contacts_service.assets import router as assets
from contacts_service.companies import router as companies
from contacts_service.contacts import router as contacts
from contacts_service.imports import router as imports
from contacts_service.service_centres import router as service_centres
from contacts_service.service_due import router as service_due
from contacts_service.service_policies import router as service_policies
from contacts_service.settings import Settings
from contacts_service.usage_readings import router as usage_readings
from contacts_service.warranties import router as warranties
from shared import operations
from shared.internal import open_doors
from shared.web.app import create_service

ROUTERS = [
    contacts.router,
    companies.router,
    imports.router,
    assets.router,
    usage_readings.router,
    warranties.router,
    service_policies.router,
    service_due.router,
    service_centres.router,
    operations.router,
]


def create_app(settings: Settings) -> FastAPI:
    app = create_service("contacts", settings, ROUTERS, summary="Who customers are.")
    open_doors(app, "contacts")
    return app
