"""The API of the campaign service."""

from fastapi import FastAPI

from campaign_service.audiences import router as audiences
from campaign_service.database import sight
from campaign_service.settings import Settings
from campaign_service.worker import CONSUMERS
from shared.internal import open_doors
from shared.privacy.router import router as privacy
from shared.web.app import create_service

ROUTERS = [audiences.router, privacy]


def create_app(settings: Settings) -> FastAPI:
    app = create_service("campaigns", settings, ROUTERS, summary="What we offer customers.", sight=sight())
    open_doors(app, "campaigns", CONSUMERS)
    return app
