"""HTTP/1.1 as uvicorn parses it; what it cannot parse is refused with a problem, too."""

import asyncio
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import httptools
import orjson
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.errors import BadRequestError, SamphanError
from shared.ids import new_id_text
from shared.web.one_write import OneWrite
from shared.web.problems import MEDIA_TYPE, problem_body

MAX_URL_BYTES = 8 * 1024
LONGEST_URL = 0xFFFF
NO_REQUEST = "Invalid HTTP request received. Check its first line and its headers."
NOT_ENCODED = "The URL has characters beyond ASCII. Percent-encode their UTF-8 bytes, as in %E0%B8%81 for ก."
TOLD_BY_PROXIES = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})


class MalformedRequest(BadRequestError):
    code = "malformed_request"


class UrlTooLong(SamphanError):
    status = 414
    code = "url_too_long"

    def __init__(self) -> None:
        detail = f"The URL is longer than {MAX_URL_BYTES} bytes. Use POST …/search."
        super().__init__(detail, limit_bytes=MAX_URL_BYTES)


class ProblemProtocol(HttpToolsProtocol):
    """Its own part of a request's way costs few instructions, for all pass it: see docs/adr/0014."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._quiet_since = 0.0
        self._direct: Any = self.app.app if isinstance(self.app, ProxyHeadersMiddleware) else self.app

    def send_400_response(self, msg: str) -> None:
        self.refuse(UrlTooLong() if len(self.url) > MAX_URL_BYTES else MalformedRequest(msg))

    def refuse(self, error: SamphanError) -> None:
        """No app sees such a request, so the answer is written here, unless one is on its way."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(_answer(error))
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As uvicorn has it; an upgrade is not offered, so asking for one changes nothing."""
        self._quiet_since = self.loop.time()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            first_line = data.partition(b"\r\n")[0]
            self.send_400_response(NO_REQUEST if first_line.isascii() else NOT_ENCODED)
        except httptools.HttpParserUpgrade:
            pass

    def on_headers_complete(self) -> None:
        """As uvicorn has it, without what we do not use: upgrades, a root path, a limit of concurrency."""
        scope, version = self.scope, self.parser.get_http_version()
        scope["http_version"] = version
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["raw_path"], scope["query_string"] = _parts(self.url)
        path = scope["raw_path"].decode("ascii")
        scope["path"] = unquote(path) if "%" in path else path
        before = self.cycle
        self.cycle = self._new_cycle(keep_alive=version != "1.0" and self.parser.should_keep_alive())
        app = self._direct if TOLD_BY_PROXIES.isdisjoint(dict(self.headers)) else self.app
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, app))

    def _new_cycle(self, *, keep_alive: bool) -> OneWrite:
        return OneWrite(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=keep_alive,
            on_response=self.on_response_complete,
        )

    def on_response_complete(self) -> None:
        """As uvicorn has it, but the timer of idle connections is set once, not at each answer."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            return self._start_asgi_task(*self.pipeline.pop())
        self._quiet_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_again_after(self.timeout_keep_alive)

    def timeout_keep_alive_handler(self) -> None:
        if self.transport.is_closing():
            return
        idle_s = self.loop.time() - self._quiet_since if self.cycle.response_complete else 0.0
        if idle_s < self.timeout_keep_alive:
            self._look_again_after(self.timeout_keep_alive - idle_s)
        else:
            self.transport.close()

    def _look_again_after(self, for_s: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(for_s, self.timeout_keep_alive_handler)


def _parts(url: bytes) -> tuple[bytes, bytes]:
    """Path and query. Raises HttpParserInvalidURLError."""
    if url.startswith(b"/") and b"#" not in url and len(url) <= LONGEST_URL:
        path, _, query = url.partition(b"?")
        return path, query
    parsed = httptools.parse_url(url)
    return parsed.path, parsed.query or b""


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
