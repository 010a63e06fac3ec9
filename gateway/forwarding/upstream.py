"""The services behind the gateway, each an ASGI app: one in this process, or this module's client of one elsewhere."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from math import ceil
from time import monotonic

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.forwarding.bodies import ClientGone
from gateway.forwarding.breaker import Breaker, RetryBudget
from gateway.forwarding.pool import Crowded, Pool
from gateway.forwarding.wire import Connection, CutOff, InvalidAnswer
from shared.deadline import Due
from shared.errors import DeadlineError, SamphanError, UnavailableError
from shared.tasks import end
from shared.web.protocol import MalformedRequest

STREAMED = "samphan.streamed"
BODY = "samphan.body"
REPEATABLE = "samphan.repeatable"
CHUNKED = b"transfer-encoding: chunked\r\n\r\n"
SILENT_AFTER_S = 1.0


class UpstreamDown(UnavailableError):
    code = "upstream_unavailable"


class UpstreamCrowded(UpstreamDown):
    """More requests than we let wait. That tells nothing of the service's health."""


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
        self.due: Due = {}

    def demand_closed(self) -> None:
        """Raises UpstreamDown while the breaker is open. Otherwise the call's outcome must be recorded."""
        wait_s = self.breaker.retry_after_s()
        if wait_s is not None:
            raise down(self.name, ceil(wait_s))

    async def close(self) -> None:
        if isinstance(self.app, HttpService):
            await self.app.close()


def down(name: str, retry_after_s: int = 1, kind: type[UpstreamDown] = UpstreamDown) -> UpstreamDown:
    headers = {"Retry-After": str(retry_after_s)}
    return kind(f"The service {name} cannot be reached now. Try again.", headers=headers, service=name)


class HttpService:
    """A service at a base URL, as an ASGI app: bytes in, bytes out, nothing parsed but the head of the answer."""

    def __init__(self, name: str, base_url: str, connections: int = 100) -> None:
        self._name = name
        self._pool = Pool(base_url, connections)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises UpstreamDown, BadGateway, MalformedRequest, ClientGone, and what `receive` raises."""
        head = request_head(scope, self._pool.prefix, self._pool.authority)
        exchange = self._streamed if scope.get(STREAMED) else self._sent
        try:
            await exchange(scope, head, receive, send)
        except Crowded as error:
            raise down(self._name, kind=UpstreamCrowded) from error
        except CutOff as error:
            raise down(self._name) from error
        except InvalidAnswer as error:
            raise BadGateway(f"The service {self._name} gave no valid answer.", service=self._name) from error

    async def close(self) -> None:
        await self._pool.close()

    async def _sent(self, scope: Scope, head: bytes, receive: Receive, send: Send) -> None:
        request = head + (scope.get(BODY) or b"")
        connection = self._pool.kept() or await self._pool.get()
        try:
            try:
                await self._ask(connection, request)
            except CutOff:
                if connection.heard or connection.uses == 1 or not scope.get(REPEATABLE):
                    raise
                connection = await self._pool.get()  # the other one was closed while it was idle
                await self._ask(connection, request)
            if connection.complete:
                return await _deliver(connection, send)
            async with _alongside(connection, _until_gone(receive)):
                await _deliver(connection, send)
        finally:
            self._pool.give_back(connection)

    async def _ask(self, connection: Connection, request: bytes) -> None:
        asked_at = monotonic()
        try:
            connection.begin(request, whole=True)
            await connection.head()
        except asyncio.CancelledError:
            if not connection.heard and monotonic() - asked_at > SILENT_AFTER_S:
                self._pool.distrust()
            raise

    async def _streamed(self, scope: Scope, head: bytes, receive: Receive, send: Send) -> None:
        """The answer may come before the body is all there; then the rest is not sent."""
        chunked = not any(name == b"content-length" for name, _ in scope["headers"])
        connection = self._pool.kept() or await self._pool.get()
        try:
            connection.begin(head[:-2] + CHUNKED if chunked else head, whole=False)
            async with _alongside(connection, _send_body(connection, receive, chunked=chunked)):
                await connection.head()
                await _deliver(connection, send)
        finally:
            self._pool.give_back(connection)


def request_head(scope: Scope, prefix: bytes, authority: bytes) -> bytes:
    """Raises MalformedRequest for what the service would take for something else."""
    query = scope["query_string"]
    target = b"%b%b?%b" % (prefix, scope["raw_path"], query) if query else prefix + scope["raw_path"]
    lines = [b"%b %b HTTP/1.1\r\nhost: %b" % (scope["method"].encode(), target, authority)]
    lines += [b": ".join(header) for header in scope["headers"]]
    head = b"\r\n".join(lines)
    breaks = len(lines)
    if head.count(b"\n") != breaks or head.count(b"\r") != breaks or b" " in target or b"\0" in head:
        raise MalformedRequest("The URL or a header has a line break or blank where none belongs.")
    return head + b"\r\n\r\n"


async def _deliver(connection: Connection, send: Send) -> None:
    headers = connection.headers
    if connection.status == 304:
        headers = [header for header in headers if header[0] != b"content-length"]  # of what is not sent
    await send({"type": "http.response.start", "status": connection.status, "headers": headers})
    while not connection.complete:
        await send({"type": "http.response.body", "body": await connection.piece(), "more_body": True})
    await send({"type": "http.response.body", "body": connection.take(), "more_body": False})


@contextlib.asynccontextmanager
async def _alongside(connection: Connection, work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """What goes wrong with the work ends the wait for the answer."""

    async def guarded() -> None:
        try:
            await work
        except Exception as error:  # whatever it is, who waits for the answer raises it
            connection.fail(error)

    task = asyncio.create_task(guarded())
    try:
        yield
    finally:
        await end(task)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    raise ClientGone


async def _send_body(connection: Connection, receive: Receive, *, chunked: bool) -> None:
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        body, more = message.get("body", b""), message.get("more_body", False)
        if body:
            connection.write(b"%x\r\n%b\r\n" % (len(body), body) if chunked else body)
            await connection.drain()
    if chunked:
        connection.write(b"0\r\n\r\n")
    connection.finish()
