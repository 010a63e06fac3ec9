"""The outermost ASGI layer: request ids, a log line and two metrics a request, a problem for what nobody caught."""

import re
from time import perf_counter

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import SamphanError
from shared.ids import new_id
from shared.observability.metrics import REQUEST_SECONDS, RESPONSES
from shared.web.problems import database_error, language_of, problem

log = structlog.get_logger()
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class RequestScope:
    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = perf_counter()
        headers = Headers(scope=scope)
        scope["request_id"] = request_id = _request_id(headers)
        status = 0

        async def stamped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                out = MutableHeaders(scope=message)
                out["X-Request-Id"] = request_id
                out["X-Content-Type-Options"] = "nosniff"
            await send(message)

        try:
            await self._app(scope, receive, stamped)
        except Exception as error:  # the last resort: whatever it is, the client gets a problem and we a log line
            log.exception("request_failed", request_id=request_id, path=scope["path"])
            if status:
                raise
            made = database_error(error) or SamphanError("Something went wrong here; it has been logged.")
            response = problem(
                request_id,
                language_of(headers.get("accept-language")),
                scope["path"],
                made,
            )
            await response(scope, receive, stamped)
        finally:
            self._observe(scope, status, perf_counter() - started)

    def _observe(self, scope: Scope, status: int, elapsed_s: float) -> None:
        route = getattr(scope.get("route"), "path_format", "none")
        REQUEST_SECONDS.labels(self._service, scope["method"], route).observe(elapsed_s)
        RESPONSES.labels(self._service, scope["method"], route, status).inc()
        log.info(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            ms=round(elapsed_s * 1000, 2),
            request_id=scope["request_id"],
        )


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else str(new_id())
