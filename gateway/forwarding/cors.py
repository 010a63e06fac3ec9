"""Browsers of other origins: allowed by each tenant's own list. Bearer tokens only, never cookies."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from time import monotonic

from starlette.types import Send

from gateway.auth.callers import Caller

EXPOSED = (
    b"ETag, Location, Link, Retry-After, RateLimit, RateLimit-Policy, Deprecation, Sunset, Idempotent-Replayed,"
    b" X-Request-Id, Content-Language, Preference-Applied, Allow, Accept-Encoding"
)
METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
REQUEST_HEADERS = (
    b"Authorization, Content-Type, Content-Encoding, Idempotency-Key, If-Match, If-None-Match, Prefer, Last-Event-ID,"
    b" X-Request-Id, X-Deadline-Ms, Accept-Language, traceparent"
)
MAX_AGE_S = b"7200"
KNOWN_FOR_S = 30
CACHE_SIZE = 4096

Headers = list[tuple[bytes, bytes]]


class Origins:
    """Whether any tenant knows an origin: all that can be asked before the caller is known."""

    def __init__(self, ask: Callable[[str], Awaitable[bool]]) -> None:
        self._ask = ask
        self._known: OrderedDict[bytes, tuple[bool, float]] = OrderedDict()

    async def allows(self, origin: bytes) -> bool:
        known, until = self._known.get(origin, (False, 0.0))
        if monotonic() >= until:
            known = len(origin) <= 300 and await self._ask(origin.decode("latin-1"))
            self._known[origin] = known, monotonic() + KNOWN_FOR_S
            while len(self._known) > CACHE_SIZE:
                self._known.popitem(last=False)
        return known


async def answer_headers(origin: bytes, caller: Caller | None, origins: Origins) -> Headers:
    allowed = origin.lower() in caller.origins if caller is not None else await origins.allows(origin)
    if not allowed:
        return []
    return [(b"access-control-allow-origin", origin), (b"access-control-expose-headers", EXPOSED)]


async def preflight(origin: bytes, origins: Origins, send: Send) -> None:
    """204 always: without the headers, the browser says no."""
    headers: Headers = [(b"cache-control", b"no-store")]
    if await origins.allows(origin):
        headers += [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", REQUEST_HEADERS),
            (b"access-control-max-age", MAX_AGE_S),
        ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
