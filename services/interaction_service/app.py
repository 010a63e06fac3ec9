"""The API of the interaction service."""

from fastapi import FastAPI

from interaction_service.database import sight
from interaction_service.interactions import router as interactions
from interaction_service.order_imports import router as order_imports
from interaction_service.orders import router as orders
from interaction_service.settings import Settings
from interaction_service.timeline import router as timeline
from interaction_service.worker import CONSUMERS
from shared import operations
from shared.internal import open_doors
from shared.privacy.router import router as privacy
from shared.web.app import create_service

ROUTERS = [interactions.router, orders.router, timeline.router, order_imports.router, operations.router, privacy]


def create_app(settings: Settings) -> FastAPI:
    app = create_service("interactions", settings, ROUTERS, summary="What happens with customers.", sight=sight())
    open_doors(app, "interactions", CONSUMERS)
    return app
