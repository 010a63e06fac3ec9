"""Request bodies: bounded, unpacked, and kept if they may be sent a second time."""

from collections.abc import Mapping

from starlette.types import Message, Receive

from gateway.forwarding.codings import ACCEPTED, CODINGS, unpacked
from shared.errors import PayloadTooLargeError, UnsupportedMediaTypeError
from shared.web.problems import MalformedBody

MIB = 1024 * 1024
JSON_BYTES = MIB
BATCH_BYTES = 5 * MIB
UPLOAD_BYTES = 100 * MIB
KEPT_BYTES = MIB
BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding"})
"""A request without any of them has no body."""


class ClientGone(Exception):
    """The client left before its body was complete."""


class Body:
    """`kept` is the whole body, or None while it streams through."""

    __slots__ = ("_limit", "_receive", "_seen", "kept")

    def __init__(self, kept: bytes | None, receive: Receive, limit: int) -> None:
        self.kept = kept
        self._receive = receive
        self._limit = limit
        self._seen = 0

    def reader(self) -> Receive:
        """A `receive` for one attempt."""
        return self._counted if self.kept is None else _Replay(self.kept, self._receive)

    async def _counted(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._limit:
            raise too_large(self._limit)
        return message


class _Replay:
    __slots__ = ("_body", "_receive")

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


def limit_of(path: str, kind: bytes, *, uploads: bool) -> int:
    if uploads and b"json" not in kind:
        return UPLOAD_BYTES
    return BATCH_BYTES if path.endswith(("/batch", "/upsert", "/push")) else JSON_BYTES


async def open_body(headers: Mapping[bytes, bytes], receive: Receive, limit: int) -> Body:
    """Raises PayloadTooLargeError, UnsupportedMediaTypeError, MalformedBody, ClientGone."""
    length = _length(headers)
    if length == 0:
        return Body(b"", receive, limit)
    if length is not None and length > limit:
        raise too_large(limit)
    coding = headers.get(b"content-encoding", b"identity").strip().lower()
    if coding != b"identity":
        return Body(await _unpacked(coding, receive, limit), receive, limit)
    if (length is not None and length > KEPT_BYTES) or limit > BATCH_BYTES:
        return Body(None, receive, limit)
    return Body(await _whole(receive, limit), receive, limit)


def too_large(limit: int) -> PayloadTooLargeError:
    return PayloadTooLargeError(f"The body is larger than {limit} bytes. Send less at once.", limit_bytes=limit)


def _length(headers: Mapping[bytes, bytes]) -> int | None:
    """None if it is sent in chunks."""
    text = headers.get(b"content-length")
    if text is None:
        return None if b"transfer-encoding" in headers else 0
    if not text.isdigit():
        raise MalformedBody("Content-Length takes a number.")
    return int(text)


async def _unpacked(coding: bytes, receive: Receive, limit: int) -> bytes:
    known = CODINGS.get(coding)
    if known is None:
        detail = f"Send the body as it is, or packed with one of: {ACCEPTED}."
        raise UnsupportedMediaTypeError(detail, headers={"Accept-Encoding": ACCEPTED})
    return unpacked(known, await _whole(receive, KEPT_BYTES), min(limit, BATCH_BYTES))


async def _whole(receive: Receive, limit: int) -> bytes:
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        if len(body) > limit:
            raise too_large(limit)
        return body
    pieces = bytearray()
    while True:
        if message["type"] != "http.request":
            raise ClientGone
        pieces += message.get("body", b"")
        if len(pieces) > limit:
            raise too_large(limit)
        if not message.get("more_body"):
            return bytes(pieces)
        message = await receive()
