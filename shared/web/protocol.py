"""HTTP/1.1 as uvicorn parses it; what it cannot parse is refused with a problem, too. Answers leave in one write."""

from collections.abc import Awaitable, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from shared.errors import BadRequestError, SamphanError
from shared.ids import new_id_text
from shared.web.problems import MEDIA_TYPE, problem_body

COPIED_BYTES = 16 * 1024
LENGTH = b"content-length"
UNUSUAL = frozenset({b"connection", b"transfer-encoding"})


class MalformedRequest(BadRequestError):
    code = "malformed_request"


class ProblemProtocol(HttpToolsProtocol):
    def send_400_response(self, msg: str) -> None:
        self.refuse(MalformedRequest(f"{msg} Check its first line, its headers, and that the URL is short enough."))

    def refuse(self, error: SamphanError) -> None:
        """No app sees such a request, so the answer is written here, unless one is on its way."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(_answer(error))
        self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        super()._start_asgi_task(cycle, _InOneWrite(app, cycle))  # type: ignore[arg-type]  # its own names of the types


def _answer(error: SamphanError) -> bytes:
    request_id = new_id_text()
    body = orjson.dumps(problem_body(error) | {"instance": "", "request_id": request_id})
    head = [
        f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}",
        f"content-type: {MEDIA_TYPE}",
        f"content-length: {len(body)}",
        f"x-request-id: {request_id}",
        "cache-control: no-store",
        "connection: close",
        "",
        "",
    ]
    return "\r\n".join(head).encode() + body


class _InOneWrite:
    """Answers of known length leave head and body together: one system call and one packet instead of two.

    uvicorn itself writes the head at once; all that is not plain is left to it.
    """

    __slots__ = ("_app", "_cycle", "_head", "_length", "_start")

    def __init__(self, app: ASGIApp, cycle: RequestResponseCycle) -> None:
        self._app = app
        self._cycle = cycle
        self._start: Message | None = None
        self._head = b""
        self._length = 0

    def __call__(self, scope: Scope, receive: Receive, _: Send) -> Awaitable[None]:
        return self._app(scope, receive, self._send)

    async def _send(self, message: Message) -> None:
        start = self._start
        if start is None:
            if message["type"] != "http.response.start" or not self._holds(message):
                await self._cycle.send(message)  # type: ignore[arg-type]  # the same
            return
        self._start = None
        if not self._writes(message):
            await self._cycle.send(start)  # type: ignore[arg-type]  # the same
            await self._cycle.send(message)  # type: ignore[arg-type]  # the same

    def _holds(self, start: Message) -> bool:
        if self._cycle.response_started or not self._cycle.keep_alive:
            return False
        made = head(start["status"], [*self._cycle.default_headers, *start.get("headers", ())])
        if made is None:
            return False
        self._start = start
        self._head, self._length = made
        return True

    def _writes(self, message: Message) -> bool:
        cycle, body = self._cycle, message.get("body", b"")
        if (
            len(body) != self._length
            or message.get("more_body")
            or message["type"] != "http.response.body"
            or cycle.disconnected
            or cycle.flow.write_paused
        ):
            return False
        cycle.response_started = cycle.response_complete = True
        if self._length <= COPIED_BYTES:
            cycle.transport.write(self._head + body)
        else:
            cycle.transport.writelines((self._head, body))
        cycle.message_event.set()
        cycle.on_response()
        return True


def head(status: int, headers: Sequence[tuple[bytes, bytes]]) -> tuple[bytes, int] | None:
    """The bytes, and the length of the body that they announce. None for what is not plain, or not safe."""
    given = dict(headers)
    length = given.get(LENGTH, b"")
    if not length.isdigit() or not UNUSUAL.isdisjoint(given):
        return None
    if len(given) < len(headers) and [name for name, _ in headers].count(LENGTH) > 1:
        return None
    made = STATUS_LINE[status] + b"\r\n".join([b": ".join(header) for header in headers])
    breaks = len(headers)
    if made.count(b"\r") != breaks or made.count(b"\n") != breaks or b"\0" in made:
        return None
    return made + b"\r\n\r\n", int(length)
