"""The API of the contacts service."""

from fastapi import FastAPI

from contacts_service.companies import router as companies
from contacts_service.contacts import router as contacts
from contacts_service.duplicates import router as duplicates
from contacts_service.duplicates.service import refuse_duplicates
from contacts_service.imports import router as imports
from contacts_service.merging import router as merging
from contacts_service.settings import Settings
from contacts_service.worker import CONSUMERS
from shared import operations
from shared.internal import open_doors
from shared.web.app import create_service

ROUTERS = [contacts.router, companies.router, imports.router, duplicates.router, merging.router, operations.router]


def create_app(settings: Settings) -> FastAPI:
    app = create_service("contacts", settings, ROUTERS, summary="Who customers are.")
    app.state.refuse_duplicates = refuse_duplicates
    open_doors(app, "contacts", CONSUMERS)
    return app
