"""The API of the analytics service."""

from fastapi import FastAPI

from analytics_service.database import sight
from analytics_service.features import router as features
from analytics_service.settings import Settings
from analytics_service.trends import router as trends
from analytics_service.worker import CONSUMERS
from shared.internal import open_doors
from shared.privacy.router import router as privacy
from shared.web.app import create_service

ROUTERS = [features.router, trends.router, privacy]


def create_app(settings: Settings) -> FastAPI:
    app = create_service("analytics", settings, ROUTERS, summary="What we learn about customers.", sight=sight())
    open_doors(app, "analytics", CONSUMERS)
    return app
