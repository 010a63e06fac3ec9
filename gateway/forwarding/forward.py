"""One request to one service, or to several in turn: deadline, breaker, at most one more attempt."""

import asyncio
import random
from collections.abc import Awaitable, Sequence
from time import monotonic
from typing import Any

from starlette.types import Message, Scope, Send

from gateway.forwarding.bodies import Body
from gateway.forwarding.upstream import (
    BODY,
    REPEATABLE,
    STREAMED,
    BadGateway,
    Upstream,
    UpstreamCrowded,
    UpstreamDown,
    UpstreamTimeout,
)
from shared.deadline import Deadline

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
SERVER_TROUBLE = frozenset({502, 503, 504})
TRY_AGAIN = frozenset({502, 503})
NOT_FOUND = frozenset({404})
NONE: frozenset[int] = frozenset()
FAIR_DEADLINE_S = 1.0
JITTER_S = (0.025, 0.25)


class Attempt:
    """A `send` that knows the status, and keeps answers of some statuses back so that another attempt can be made."""

    __slots__ = ("_send", "_unwanted", "kept", "status")

    def __init__(self, send: Send, unwanted: frozenset[int] = NONE) -> None:
        self.status = 0
        self.kept: list[Message] = []
        self._unwanted = unwanted
        self._send = send

    def __call__(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        return self._keep(message) if self.status in self._unwanted else self._send(message)

    async def release(self) -> None:
        for message in self.kept:
            await self._send(message)

    async def _keep(self, message: Message) -> None:
        self.kept.append(message)


class Request:
    """What travels to a service, without the header that names us to it. `ends_at` is on the monotonic clock."""

    __slots__ = ("body", "ends_at", "headers", "may_repeat", "scope", "starts_at")

    def __init__(self, scope: Scope, headers: Sequence[tuple[bytes, bytes]], body: Body, deadline_s: float) -> None:
        self.scope = scope
        self.headers = headers
        self.body = body
        self.starts_at = monotonic()
        self.ends_at = self.starts_at + deadline_s
        names = {name for name, _ in headers}
        self.may_repeat = body.kept is not None and (
            (scope["method"] in IDEMPOTENT and not _depends(scope["method"], names)) or b"idempotency-key" in names
        )

    def to(self, authorization: bytes) -> dict[str, Any]:
        """The scope of one attempt."""
        left_ms = max(1, int((self.ends_at - monotonic()) * 1000))
        length = [] if self.body.kept in (None, b"") else [(b"content-length", b"%d" % len(self.body.kept or b""))]
        scope = self.scope
        return {
            "type": "http",
            "asgi": scope["asgi"],
            "http_version": "1.1",
            "method": "GET" if scope["method"] == "HEAD" else scope["method"],
            "scheme": scope["scheme"],
            "path": scope["path"],
            "raw_path": scope["raw_path"],
            "query_string": scope["query_string"],
            "root_path": "",
            "headers": [*self.headers, *length, (b"authorization", authorization), (b"x-deadline-ms", b"%d" % left_ms)],
            "client": scope.get("client"),
            "server": scope.get("server"),
            BODY: self.body.kept,
            STREAMED: self.body.kept is None,
            REPEATABLE: self.may_repeat,
        }


def _depends(method: str, names: set[bytes]) -> bool:
    """On what its first attempt may have changed."""
    return b"if-match" in names or (b"if-none-match" in names and method not in ("GET", "HEAD"))


async def forward(request: Request, upstream: Upstream, authorization: bytes, answer: Send) -> None:
    """Raises UpstreamDown, UpstreamTimeout, BadGateway, or what the body raised."""
    upstream.budget.deposit()
    first = Attempt(answer, TRY_AGAIN if request.may_repeat else NONE)
    try:
        await _attempt(request, upstream, authorization, first)
    except (UpstreamDown, BadGateway):
        if first.status or not await _may_try_again(request, upstream):
            raise
    else:
        if not first.kept:
            return
        if not await _may_try_again(request, upstream):
            return await first.release()
    await _attempt(request, upstream, authorization, Attempt(answer))


async def forward_in_turn(request: Request, upstreams: Sequence[tuple[Upstream, bytes]], answer: Send) -> None:
    """The first that does not say 404 answers; otherwise the last one's 404. Only for bodies that are kept."""
    for upstream, authorization in upstreams[:-1]:
        unless_missing = Attempt(answer, NOT_FOUND)
        await forward(request, upstream, authorization, unless_missing)
        if not unless_missing.kept:
            return
    upstream, authorization = upstreams[-1]
    await forward(request, upstream, authorization, answer)


async def _attempt(request: Request, upstream: Upstream, authorization: bytes, send: Attempt) -> None:
    upstream.demand_closed()
    try:
        with Deadline(upstream.due, request.ends_at - monotonic()):
            await upstream.app(request.to(authorization), request.body.reader(), send)
    except TimeoutError as error:
        _record(upstream, failed=request.ends_at - request.starts_at >= FAIR_DEADLINE_S)
        detail = f"The service {upstream.name} did not answer in time. Allow more with X-Deadline-Ms, or ask for less."
        raise UpstreamTimeout(detail, service=upstream.name) from error
    except (UpstreamDown, BadGateway) as error:
        _record(upstream, failed=not isinstance(error, UpstreamCrowded))
        raise
    except BaseException:
        upstream.breaker.abandon()
        raise
    upstream.breaker.record(failed=send.status in SERVER_TROUBLE)


def _record(upstream: Upstream, *, failed: bool) -> None:
    if failed:
        upstream.breaker.record(failed=True)
    else:
        upstream.breaker.abandon()


async def _may_try_again(request: Request, upstream: Upstream) -> bool:
    if not request.may_repeat:
        return False
    pause_s = random.uniform(*JITTER_S)  # noqa: S311  # spreads load, hides nothing
    if monotonic() + pause_s >= request.ends_at or not upstream.budget.withdraw():
        return False
    await asyncio.sleep(pause_s)
    return True
