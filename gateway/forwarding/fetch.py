"""A GET to a service on a caller's behalf, with the whole answer in hand: for views made of several services."""

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.types import Message, Scope

from gateway.forwarding.bodies import Body
from gateway.forwarding.forward import Request, forward
from gateway.forwarding.upstream import Upstream

PASSED_ON = frozenset({b"accept-language", b"traceparent", b"tracestate", b"x-request-id"})


@dataclass(slots=True)
class Fetched:
    status: int
    headers: dict[bytes, bytes]
    body: bytes


class _Collected:
    def __init__(self) -> None:
        self.answer = Fetched(0, {}, b"")
        self._pieces = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.answer.status = message["status"]
            self.answer.headers = dict(message["headers"])
            return
        self._pieces += message.get("body", b"")
        self.answer.body = bytes(self._pieces)


async def fetch(
    scope: Scope, upstream: Upstream, path: str, authorization: bytes, *, query: str = "", deadline_s: float
) -> Fetched:
    """`scope` is the request that this is part of. Raises UpstreamDown, UpstreamTimeout, BadGateway."""
    inner: dict[str, Any] = {
        **scope,
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
    }
    headers = [(name, value) for name, value in scope["headers"] if name in PASSED_ON]
    request = Request(inner, headers, Body(b"", _never, 0), deadline_s)
    collected = _Collected()
    await forward(request, upstream, authorization, collected)
    return collected.answer


async def _never() -> Message:
    """Nobody leaves before the answer."""
    never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
    return await never
