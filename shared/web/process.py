"""One process of a service: its API, its worker, or both. `python -m <package> [migrate] [--only api|worker]`.

`python -m <package> rebuild|snapshot`: see `shared.messaging.commands`.
"""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol, TypeVar

import uvicorn
from fastapi import APIRouter, FastAPI

from shared.db import Database
from shared.db.migrations import upgrade
from shared.messaging.commands import COMMANDS, run_command
from shared.messaging.consumer import Consumer
from shared.messaging.snapshots import Snapshot
from shared.observability.logs import configure_logs
from shared.observability.runtime import settle_process
from shared.settings import ServiceSettings
from shared.web import health
from shared.web.patience import PatientProtocol

DRAIN_S = 20


class Runnable(Protocol):
    """A worker: runs until `stop` is set, then finishes or abandons what it holds."""

    async def run(self, stop: asyncio.Event) -> None: ...


Settings = TypeVar("Settings", bound=ServiceSettings)


def main(
    package: str,
    settings_class: type[Settings],
    create_app: Callable[[Settings], FastAPI],
    create_worker: Callable[[Settings, Database], Runnable],
    *,
    consumers: Sequence[Consumer] = (),
    snapshots: Sequence[Snapshot] = (),
) -> None:
    """The whole of a service's `__main__.py`. `snapshots` are of the records that others' projections follow from."""
    if sys.argv[1:2] and sys.argv[1] in COMMANDS:
        settings = settings_class()
        configure_logs(settings.log_level, package)
        settle_process()
        sys.exit(run_command(package, settings, sys.argv[1:], consumers, snapshots))
    parser = argparse.ArgumentParser(prog=package)
    parser.add_argument("command", nargs="?", choices=["serve", "migrate"], default="serve")
    parser.add_argument("--only", choices=["api", "worker"])
    arguments = parser.parse_args()
    settings = settings_class()
    configure_logs(settings.log_level, package)
    if arguments.command == "migrate":
        assert settings.owner_database_url is not None, "migrate needs the owner's database URL"
        return upgrade(package, settings.owner_database_url)
    app = create_app(settings)
    if arguments.only == "worker":
        app = _only_health(app)
    if arguments.only != "api":
        run_with(app, create_worker(settings, app.state.database))
    serve(app, settings)


def run_with(app: FastAPI, worker: Runnable) -> None:
    """Makes the worker part of the app's life."""
    inner = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[None]:
        async with inner(served), working(worker):
            yield

    app.router.lifespan_context = lifespan


@contextlib.asynccontextmanager
async def working(worker: Runnable) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await task


def serve(app: FastAPI, settings: ServiceSettings) -> None:
    settle_process()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        http=PatientProtocol,
        ws="none",  # we have none, and its protocol would be another way in
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S,
        timeout_keep_alive=75,
    )


def _only_health(app: FastAPI) -> FastAPI:
    bare = FastAPI(openapi_url=None, lifespan=app.router.lifespan_context)
    bare.state = app.state
    router: APIRouter = health.router
    bare.include_router(router)
    return bare
