"""Around each route: what the client can read and prefers, and notice that the route will go."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from shared.web.acceptable import ANYTHING, demand_acceptable, kind_of
from shared.web.deprecation import DEPRECATION, Deprecation, deprecation_of
from shared.web.idempotency import Replay
from shared.web.preferences import minimal, prefers_minimal

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def negotiating(handle: Handler, route: APIRoute) -> Handler:
    kind, deprecation = kind_of(route), deprecation_of(route.endpoint)
    handle = handle if deprecation is None else _telling(handle, deprecation)

    async def negotiated(request: Request) -> Response:
        accept, prefer = _wishes(request)
        if accept != ANYTHING and kind is not None:
            demand_acceptable(accept, kind)
        if not prefer or request.method == "GET" or not prefers_minimal(prefer):
            return await handle(request)
        try:
            return minimal(await handle(request))
        except Replay as replay:
            raise Replay(minimal(replay.response)) from None

    return negotiated


def _wishes(request: Request) -> tuple[bytes, bytes]:
    accept, prefer = ANYTHING, b""
    for name, value in request.scope["headers"]:
        if name == b"accept":
            accept = value
        elif name == b"prefer":
            prefer = value
    return accept, prefer


def _telling(handle: Handler, deprecation: Deprecation) -> Handler:
    async def told(request: Request) -> Response:
        request.scope[DEPRECATION] = deprecation
        response = await handle(request)
        deprecation.tell(response)
        return response

    return told
