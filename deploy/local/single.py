"""`python -m deploy.local.single`: the gateway and all services in one process and one event loop, for small machines.

The composition root: here alone, one program knows more than one service. Settings are those of the separate processes.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from importlib import import_module

from fastapi import FastAPI

import shared.observability.starting
import gateway.app
import gateway.settings
import gateway.worker
from deploy.local.environment import GATEWAY, SERVICES
from shared.observability.logs import configure_logs
from shared.web.process import run_with, serve


def main() -> None:
    settings = gateway.settings.Settings()
    configure_logs(settings.log_level, "samphan")
    services = {service.name: service_app(service.package) for service in SERVICES if service.name != GATEWAY}
    app = gateway.app.create_app(settings, services)
    run_with(app, gateway.worker.create_worker(settings, app.state.database))
    live_with(app, services)
    serve(app, settings)


def service_app(package: str) -> FastAPI:
    """A service with its worker, as `python -m <package>` makes it."""
    settings = import_module(f"{package}.settings").Settings()
    app: FastAPI = import_module(f"{package}.app").create_app(settings)
    run_with(app, import_module(f"{package}.worker").create_worker(settings, app.state.database))
    return app


def live_with(app: FastAPI, services: Mapping[str, FastAPI]) -> None:
    """The services live as long as the gateway."""
    inner = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            for service in services.values():
                await stack.enter_async_context(service.router.lifespan_context(service))
            await stack.enter_async_context(inner(served))
            yield

    app.router.lifespan_context = lifespan


if __name__ == "__main__":
    main()
