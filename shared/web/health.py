"""Liveness, readiness and metrics, outside the API and its document."""

import asyncio

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.db import Database
from shared.observability.metrics import READY
from shared.observability.requests import request_log

router = APIRouter(include_in_schema=False)
CHECK_TIMEOUT_S = 2


@router.get("/livez")
async def live() -> Response:
    return Response("ok", media_type="text/plain")


@router.get("/readyz")
async def ready(request: Request) -> Response:
    """The database answers and has our tables, and the process is not leaving. A broker that is down does not count."""
    problem = await _trouble(request)
    return Response(problem or "ok", 503 if problem else 200, media_type="text/plain")


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    request_log.flush()  # what is still to be counted
    READY.labels(request.app.state.service).set(await _trouble(request) is None)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _trouble(request: Request) -> str | None:
    if getattr(request.app.state, "draining", False):
        return "draining"
    return await database_trouble(request.app.state.database)


async def database_trouble(database: Database) -> str | None:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S), database.transaction() as session:
            await session.execute(text("select 1 from idempotency_keys limit 1"))
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        return f"database: {type(error).__name__}"
    return None
