"""The outermost ASGI layer: request ids, a log line and two metrics a request, a problem for what nobody caught."""

import re
from collections.abc import Awaitable
from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import SamphanError
from shared.ids import new_id_text
from shared.observability.requests import Observer
from shared.web.headers import header
from shared.web.problems import database_error, language_of, problem

log = structlog.get_logger()
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
OURS = frozenset({b"x-request-id", b"x-content-type-options"})
NO_SNIFFING = (b"x-content-type-options", b"nosniff")


class RequestScope:
    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._observe = Observer(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started_s = perf_counter()
        scope["request_id"] = request_id = _request_id(scope)
        stamped = _Stamped(send, request_id)
        try:
            await self._app(scope, receive, stamped)
        except Exception as error:  # the last resort: whatever it is, the client gets a problem and we a log line
            log.exception("request_failed", request_id=request_id, path=scope["path"])
            if stamped.status:
                raise
            await _answer(scope, error)(scope, receive, stamped)
        finally:
            route = getattr(scope.get("route"), "path_format", "none")
            self._observe(scope["method"], route, stamped.status, perf_counter() - started_s, request_id)


class _Stamped:
    """A `send` that adds what every answer has, and knows the status."""

    __slots__ = ("_id", "_send", "status")

    def __init__(self, send: Send, request_id: str) -> None:
        self.status = 0
        self._id = (b"x-request-id", request_id.encode())
        self._send = send

    def __call__(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [header for header in message.get("headers", ()) if header[0] not in OURS]
            headers += (self._id, NO_SNIFFING)
            message["headers"] = headers
        return self._send(message)


def _answer(scope: Scope, error: Exception) -> ASGIApp:
    made = database_error(error) or SamphanError("Something went wrong here; it has been logged.")
    language = language_of(header(scope, "accept-language"))
    return problem(scope["request_id"], language, scope["path"], made)


def _request_id(scope: Scope) -> str:
    given = header(scope, "x-request-id")
    return given if given and REQUEST_ID.fullmatch(given) else new_id_text()
