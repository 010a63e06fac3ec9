"""After a change of rights, this process forgets what it knew of the callers, once the change is committed."""

from collections.abc import Callable
from uuid import UUID

from fastapi import Request, Response
from starlette.background import BackgroundTask

Forget = Callable[[UUID], None]


def forgetting_caller(request: Request, response: Response, actor_id: UUID) -> Response:
    forget: Forget = request.app.state.forget_caller
    response.background = BackgroundTask(_forget, forget, actor_id)
    return response


def forgetting_tenant(request: Request, response: Response, tenant_id: UUID) -> Response:
    forget: Forget = request.app.state.forget_tenant
    response.background = BackgroundTask(_forget, forget, tenant_id)
    return response


async def _forget(forget: Forget, what: UUID) -> None:
    """A coroutine, so that it runs in the event loop and not in a thread."""
    forget(what)
