"""The app of a service: routers, errors, health and the shared state that dependencies read."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import fastapi
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.auth import TokenVerifier
from shared.db import Database
from shared.db.sight import Sight
from shared.observability.requests import request_log
from shared.query.cursor import Cursors
from shared.settings import ServiceSettings
from shared.web import health, problems
from shared.web.dispatch import Dispatcher
from shared.web.middleware import RequestScope
from shared.web.openapi import document


class Service(FastAPI):
    """Requests meet our own layers first; FastAPI's only where those pass them on."""

    dispatcher: ASGIApp
    entry: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await super().__call__(scope, receive, send)
        scope["app"] = self
        await self.entry(scope, receive, send)

    async def framework(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)


def operation_id(route: APIRoute) -> str:
    return f"{route.tags[0]}_{route.name}" if route.tags else route.name


def create_service(
    name: str,
    settings: ServiceSettings,
    routers: Sequence[fastapi.APIRouter],
    *,
    summary: str,
    sight: Sight | None = None,
) -> Service:
    """`name` is the audience of the tokens that the service accepts. The database is opened at first use. `sight` says
    what callers see who do not see everything."""
    database = Database(
        settings.database_url,
        pool_size=settings.database_pool_size,
        name=f"samphan {name}",
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        request_log.flush()
        await database.close()

    app = Service(
        title=f"Samphan {name}",
        version="1",
        summary=summary,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours: see RequestScope
    )
    app.state.service = name
    app.state.settings = settings
    app.state.database = database
    app.state.sight = sight
    app.state.verifier = TokenVerifier(settings.token_public_key.get_secret_value(), name)
    app.state.cursors = Cursors(settings.cursor_secret.get_secret_value())
    app.include_router(health.router)
    for router in routers:
        app.include_router(router)
    problems.install(app)
    app.dispatcher = Dispatcher(app.framework, routers)
    app.entry = RequestScope(app.dispatcher, name)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
    return app
