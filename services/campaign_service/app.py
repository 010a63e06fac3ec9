"""The API of the campaign service."""

from fastapi import FastAPI

from campaign_service.audiences import router as audiences
from campaign_service.settings import Settings
from shared.web.app import create_service

ROUTERS = [audiences.router]


def create_app(settings: Settings) -> FastAPI:
    return create_service("campaigns", settings, ROUTERS, summary="What we offer customers.")
