"""The API of the contacts service."""

from fastapi import FastAPI

from contacts_service.companies import router as companies
from contacts_service.contacts import router as contacts
from contacts_service.imports import router as imports
from contacts_service.lifecycle import router as lifecycle
from contacts_service.lists import router as lists
from contacts_service.quality import router as quality
from contacts_service.settings import Settings
from contacts_service.tags import router as tags
from shared import operations
from shared.internal import open_doors
from shared.web.app import create_service

ROUTERS = [each.router for each in (tags, lists, lifecycle, quality, contacts, companies, imports, operations)]


def create_app(settings: Settings) -> FastAPI:
    app = create_service("contacts", settings, ROUTERS, summary="Who customers are.")
    open_doors(app, "contacts")
    return app
