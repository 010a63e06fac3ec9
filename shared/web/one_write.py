"""Answers that leave in one write."""

from collections.abc import Sequence
from typing import Any

from starlette.types import Message
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

COPIED_BYTES = 16 * 1024
LENGTH = b"content-length"
UNUSUAL = frozenset({b"connection", b"transfer-encoding"})


class OneWrite(RequestResponseCycle):
    """Answers of known length leave head and body together: one system call and one packet instead of two.

    uvicorn itself writes the head at once; all that is not plain is left to it.
    """

    _start: Any = None  # a message: uvicorn has types of its own for the same
    _head = b""
    _length = 0

    async def send(self, message: Any) -> None:
        start = self._start
        if start is None:
            if self.response_started or message["type"] != "http.response.start" or not self._holds(message):
                await super().send(message)
            return
        self._start = None
        if not self._writes(message):
            await super().send(start)
            await super().send(message)

    def _holds(self, start: Message) -> bool:
        if not self.keep_alive:
            return False
        made = head(start["status"], [*self.default_headers, *start.get("headers", ())])
        if made is None:
            return False
        self._start = start
        self._head, self._length = made
        return True

    def _writes(self, message: Message) -> bool:
        body = message.get("body", b"")
        if (
            len(body) != self._length
            or message.get("more_body")
            or message["type"] != "http.response.body"
            or self.disconnected
            or self.flow.write_paused
        ):
            return False
        self.response_started = self.response_complete = True
        if self._length <= COPIED_BYTES:
            self.transport.write(self._head + body)
        else:
            self.transport.writelines((self._head, body))
        self.message_event.set()
        self.on_response()
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
