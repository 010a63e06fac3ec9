"""The last hand on every answer: our headers, HEAD, Allow, compression."""

from collections.abc import Awaitable

from starlette.types import Message, Send

from gateway.forwarding.codings import Coding
from gateway.rates import Meter

DROPPED = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade",
        b"date", b"server", b"vary", b"x-request-id", b"x-content-type-options",
    }
)  # fmt: skip
VARY = (b"vary", b"Accept-Encoding, Accept-Language, Authorization, Origin")
NO_STORE = (b"cache-control", b"private, no-store")
POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
ALWAYS = (VARY, (b"referrer-policy", b"no-referrer"))
TRANSPORT = (b"strict-transport-security", b"max-age=31536000")
COMPRESS_FROM_BYTES = 1024
COMPRESS_TO_BYTES = 5 * 1024 * 1024
NO_BODY = frozenset({204, 304})


class Answer:
    """A `send` for one request. `extra` are more headers (CORS); `meter` may come to be known late.

    Until it is `started`, nothing has left, and another answer may be given instead.
    """

    __slots__ = ("_coding", "_held", "_https", "_options", "_pieces", "_send", "extra", "head", "meter", "started")

    def __init__(self, send: Send, method: str, *, coding: Coding | None, https: bool) -> None:
        self.extra: list[tuple[bytes, bytes]] = []
        self.meter: Meter | None = None
        self.started = False
        self.head = method == "HEAD"
        self._options = method == "OPTIONS"
        self._coding = None if self.head else coding
        self._https = https
        self._held: Message | None = None
        self._pieces = bytearray()
        self._send = send

    def __call__(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            return self._start(message)
        if self._held is not None:
            return self._hold(message)
        if self.head and message.get("body"):
            message = {**message, "body": b""}
        return self._send(message)

    def _start(self, message: Message) -> Awaitable[None]:
        status = message["status"]
        headers = [header for header in message["headers"] if header[0] not in DROPPED]
        given = dict(headers)
        if status == 405:
            status, headers = self._allow(headers, given)
            given = dict(headers)
        if status == 304 and self.meter is not None:
            self.meter.give_back()
        self._add(headers, given)
        ready: Message = {"type": "http.response.start", "status": status, "headers": headers}
        if self._coding is not None and _worth_compressing(status, given):
            self._held = ready
            return _nothing()
        self._held = None
        self.started = True
        return self._send(ready)

    def _add(self, headers: list[tuple[bytes, bytes]], given: dict[bytes, bytes]) -> None:
        headers += ALWAYS
        if b"cache-control" not in given:
            headers.append(NO_STORE)
        if b"content-security-policy" not in given:
            headers.append(POLICY)
        if self._https:
            headers.append(TRANSPORT)
        if self.meter is not None:
            headers.append((b"ratelimit-policy", self.meter.policy))
            headers.append((b"ratelimit", self.meter.state()))
        headers += self.extra

    def _allow(
        self, headers: list[tuple[bytes, bytes]], given: dict[bytes, bytes]
    ) -> tuple[int, list[tuple[bytes, bytes]]]:
        """GET brings HEAD, which we answer; OPTIONS itself is answered by what is allowed."""
        allowed = {name.strip() for name in given.get(b"allow", b"").split(b",") if name.strip()} | {b"OPTIONS"}
        if b"GET" in allowed:
            allowed.add(b"HEAD")
        allow = (b"allow", b", ".join(sorted(allowed)))
        if self._options:
            self.head = True
            return 204, [allow]
        return 405, [*(header for header in headers if header[0] != b"allow"), allow]

    async def _hold(self, message: Message) -> None:
        assert self._held is not None
        assert self._coding is not None
        self._pieces += message.get("body", b"")
        if message.get("more_body"):
            return
        body = self._coding.pack(bytes(self._pieces))
        headers = [header for header in self._held["headers"] if header[0] != b"content-length"]
        headers += [(b"content-encoding", self._coding.name), (b"content-length", str(len(body)).encode())]
        start, self._held = {**self._held, "headers": headers}, None
        self.started = True
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})


def _worth_compressing(status: int, given: dict[bytes, bytes]) -> bool:
    length = given.get(b"content-length", b"")
    return (
        status not in NO_BODY
        and b"json" in given.get(b"content-type", b"")
        and b"content-encoding" not in given
        and length.isdigit()
        and COMPRESS_FROM_BYTES <= int(length) <= COMPRESS_TO_BYTES
    )


async def _nothing() -> None:
    """Done at once."""
