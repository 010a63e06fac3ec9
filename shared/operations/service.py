"""Starting operations, and the job that takes their steps."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.sight import Sight
from shared.messaging.jobs import Jobs, claim
from shared.observability.context import Context
from shared.operations.models import OPEN, Operation, Status
from shared.operations.schemas import OperationRead
from shared.web.preconditions import etag
from shared.web.responses import LIST_CACHE, RECORD_CACHE

Step = Callable[[AsyncSession, Operation], Awaitable[None]]
LOCATION = "/v1/operations"
ASK_AGAIN_AFTER_S = "1"
VIEWER = "viewer"
"""In an operation's input: that whoever started it sees `team` or `own` records only."""


async def start(session: AsyncSession, kind: str, given: dict[str, Any], *, total: int | None = None) -> Operation:
    """In the caller's transaction: it runs if, and only if, that commits."""
    context: Context = session.info["context"]
    assert context.actor_id is not None, "someone starts an operation"
    sees = {} if context.viewer is None else {VIEWER: "team" if context.viewer.team else "own"}
    operation = Operation(
        kind=kind,
        input={**given, **sees},
        total=total,
        started_by=context.actor_id,
        correlation_id=context.correlation_id,
    )
    session.add(operation)
    await session.flush()
    return operation


def accepted(operation: Operation) -> Response:
    """202: the client watches Location."""
    headers = {"Location": f"{LOCATION}/{operation.id}", "Cache-Control": LIST_CACHE, **_headers(operation)}
    return Response(_body(operation), 202, headers, "application/json")


def watched(operation: Operation, *, unchanged: bool) -> Response:
    """200 or 304, with the time to ask again while there is more to come."""
    headers = {"Cache-Control": RECORD_CACHE, **_headers(operation)}
    if unchanged:
        return Response(status_code=304, headers=headers)
    return Response(_body(operation), 200, headers, "application/json")


def _headers(operation: Operation) -> dict[str, str]:
    known = {"ETag": etag(operation.version)}
    return known | {"Retry-After": ASK_AGAIN_AFTER_S} if operation.status in OPEN else known


def _body(operation: Operation) -> bytes:
    return OperationRead.model_validate(operation).model_dump_json().encode()


def run_operations(jobs: Jobs, steps: Mapping[str, Step], *, every_s: float = 0.5, sight: Sight | None = None) -> None:
    """Registers the job that runs operations of these kinds: one step a transaction, one operation a tenant at a time.

    A step does a bounded piece of work, moves `position` and `done`, and calls `succeed` or `fail` at the end. It is
    repeated from the same position if its transaction does not commit. It acts as the one who started the operation,
    and sees of the service's `sight` what he sees.
    """
    is_open = Operation.status.in_([status.value for status in OPEN])
    due = select(Operation.tenant_id).where(Operation.kind.in_(steps), is_open)

    @jobs.every(seconds=every_s, due=due)
    async def take_steps(session: AsyncSession, now: datetime) -> int:
        wanted = claim(Operation, where=[Operation.kind.in_(steps), is_open, Operation.run_at <= now], limit=1)
        operation = await session.scalar(wanted.order_by(Operation.run_at))
        if operation is None:
            return 0
        operation.status = Status.RUNNING.value
        session.info["context"] = _context_of(operation, sight)
        await steps[operation.kind](session, operation)
        return 1


def _context_of(operation: Operation, sight: Sight | None) -> Context:
    sees = operation.input.get(VIEWER)
    viewer = sight.viewer(operation.started_by, team=sees == "team") if sight is not None and sees else None
    return Context(
        operation.tenant_id,
        actor_id=operation.started_by,
        correlation_id=operation.correlation_id,
        viewer=viewer,
    )
