"""The services behind the gateway, each an ASGI app: one in this process, or this module's client of one elsewhere."""

from collections.abc import AsyncIterator
from math import ceil

import aiohttp
from starlette.types import ASGIApp, Receive, Scope, Send
from yarl import URL

from gateway.forwarding.bodies import ClientGone
from gateway.forwarding.breaker import Breaker, RetryBudget
from shared.errors import DeadlineError, SamphanError, UnavailableError

CONNECT_TIMEOUT_S = 2
KEEP_ALIVE_S = 30  # shorter than the services' 75 s: the side that sends must be the first to let go
READ_WHOLE_BYTES = 256 * 1024
STREAMED = "samphan.streamed"
BODY = "samphan.body"
NO_AUTOMATIC_HEADERS = frozenset({"Accept", "Accept-Encoding", "User-Agent", "Content-Type"})


class UpstreamDown(UnavailableError):
    code = "upstream_unavailable"


class BadGateway(SamphanError):
    status = 502
    code = "bad_gateway"
    retryable = True


class UpstreamTimeout(DeadlineError):
    """The deadline passed while a service worked."""


class Upstream:
    """A service by name, with what is known of its health."""

    def __init__(self, name: str, app: ASGIApp) -> None:
        self.name = name
        self.app = app
        self.breaker = Breaker()
        self.budget = RetryBudget()

    def demand_closed(self) -> None:
        """Raises UpstreamDown while the breaker is open. Otherwise the call's outcome must be recorded."""
        wait_s = self.breaker.retry_after_s()
        if wait_s is not None:
            raise down(self.name, ceil(wait_s))

    async def close(self) -> None:
        if isinstance(self.app, HttpService):
            await self.app.close()


def down(name: str, retry_after_s: int = 1) -> UpstreamDown:
    headers = {"Retry-After": str(retry_after_s)}
    return UpstreamDown(f"The service {name} cannot be reached now. Try again.", headers=headers, service=name)


class HttpService:
    """A service at a base URL, as an ASGI app: bytes in, bytes out, nothing parsed but the head of the answer."""

    def __init__(self, name: str, base_url: str, connections: int = 100) -> None:
        self._name = name
        self._base_url = base_url.rstrip("/")
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises UpstreamDown, BadGateway."""
        try:
            async with self._request(scope, receive) as response:
                await _answer(response, send)
        except aiohttp.ClientConnectionError as error:
            raise down(self._name) from error
        except (aiohttp.ClientError, ValueError) as error:
            raise BadGateway(f"The service {self._name} gave no valid answer.", service=self._name) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _request(self, scope: Scope, receive: Receive) -> "aiohttp.client._RequestContextManager":
        session = self._session or self._open()
        query = scope["query_string"]
        target = scope["raw_path"] + b"?" + query if query else scope["raw_path"]
        return session.request(
            scope["method"],
            URL(self._base_url + target.decode("latin-1"), encoded=True),
            headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
            data=_pieces(receive) if scope.get(STREAMED) else scope.get(BODY) or None,
            allow_redirects=False,
            skip_auto_headers=NO_AUTOMATIC_HEADERS,
        )

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self._connections, limit_per_host=0, keepalive_timeout=KEEP_ALIVE_S, enable_cleanup_closed=False
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S),
            trust_env=False,
        )
        return self._session


async def _answer(response: aiohttp.ClientResponse, send: Send) -> None:
    headers = [(name.lower(), value) for name, value in response.raw_headers]
    start = {"type": "http.response.start", "status": response.status, "headers": headers}
    length = response.content_length
    if length is not None and length <= READ_WHOLE_BYTES:
        body = await response.read()
        await send(start)
        return await send({"type": "http.response.body", "body": body, "more_body": False})
    await send(start)
    async for piece in response.content.iter_any():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return
