"""One HTTP/1.1 connection to a service, a request at a time: of the answer, only the head and the framing are parsed.

Why not a library: docs/adr/0014.
"""

import asyncio
from collections.abc import Callable
from itertools import chain
from typing import cast

import httptools

READ_WHOLE_BYTES = 256 * 1024
BUFFERED_BYTES = 256 * 1024
MAX_HEAD_BYTES = 64 * 1024
Header = tuple[bytes, bytes]


class CutOff(ConnectionError):
    """The connection ended before the answer did."""


class InvalidAnswer(ValueError):
    """What the service sent is not HTTP/1.1, or more head than we take."""


class Connection(asyncio.Protocol):
    """`uses` counts its requests; `heard` tells whether anything of the last one's answer has come.

    `lost` is set when the connection is gone for good.
    """

    def __init__(self, on_lost: "Callable[[Connection], None]") -> None:
        self.transport: asyncio.Transport | None = None
        self.uses = 0
        self.idle_since = 0.0
        self.is_open = True
        self.lost = asyncio.Event()
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._writable: asyncio.Event | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._reading = True
        self._clear()
        self.complete = True

    def _clear(self) -> None:
        self.status = 0
        self.headers: list[Header] = []
        self.heard = self.complete = False
        self._head_known = self._whole = self._ends_with_connection = False
        self._keep = self._sent = False
        self._head_bytes = 0
        self._pieces: list[bytes] = []
        self._buffered = 0
        self._failure: BaseException | None = None

    # The request

    def begin(self, data: bytes, *, whole: bool) -> None:
        """Sends the request, or unless it is `whole` its beginning: then `write` and `finish` follow."""
        self._clear()
        self.uses += 1
        self._sent = whole
        if not self.is_open:
            self.fail(CutOff("The connection was closed."))
        self.write(data)

    def write(self, data: bytes) -> None:
        if self.is_open and self.transport is not None:
            self.transport.write(data)

    def finish(self) -> None:
        self._sent = True

    async def drain(self) -> None:
        if self._writable is not None:
            await self._writable.wait()

    def fail(self, error: BaseException) -> None:
        """Whoever waits for the answer gets the error, after what has come of it."""
        if not self.complete and self._failure is None:
            self._failure = error
            self._wake()

    def close(self) -> None:
        """At once: what was not yet sent is not."""
        self.is_open = False
        if self.transport is not None:
            self.transport.abort()

    # The answer

    async def head(self) -> None:
        """`status` and `headers` are there when it returns; of a small answer of known length, `body` is complete, too.

        Raises CutOff, InvalidAnswer, or what `fail` was given.
        """
        while not (self.complete or (self._head_known and not self._whole)):
            await self._wait()

    async def piece(self) -> bytes:
        """More of the body; nothing at its end. Raises like `head`."""
        while not self._pieces and not self.complete:
            await self._wait()
        return self.take()

    def take(self) -> bytes:
        """What has come of the body."""
        pieces, self._pieces, self._buffered = self._pieces, [], 0
        if not self._reading:
            self._reading = True
            assert self.transport is not None
            self.transport.resume_reading()
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    @property
    def is_reusable(self) -> bool:
        return (
            self.complete
            and self._keep
            and self._sent
            and self._reading
            and self.is_open
            and self.transport is not None
            and self.transport.get_write_buffer_size() == 0
        )

    def _wait(self) -> "asyncio.Future[None]":
        if self._failure is not None:
            raise self._failure
        self._waiter = self._loop.create_future()
        return self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is not derived from it

    def data_received(self, data: bytes) -> None:
        if self.complete:  # nobody asked
            return self.close()
        self.heard = True
        if not self._head_known:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._end(InvalidAnswer(str(error)))
        if not self._head_known and self._head_bytes > MAX_HEAD_BYTES:
            self._refuse_head()
        if self.complete or (self._head_known and not self._whole):
            self._wake()

    def eof_received(self) -> None:
        if self._head_known and self._ends_with_connection and self._failure is None:
            self.complete = True
            self._wake()
        self._end(CutOff("The connection was closed."))

    def connection_lost(self, error: Exception | None) -> None:
        self._end(CutOff(str(error or "The connection was closed.")))
        self.resume_writing()
        self.lost.set()
        self._on_lost(self)

    def pause_writing(self) -> None:
        self._writable = asyncio.Event()

    def resume_writing(self) -> None:
        if self._writable is not None:
            self._writable.set()
            self._writable = None

    def _end(self, error: Exception) -> None:
        self.is_open = False
        self.fail(error)

    def _refuse_head(self) -> None:
        self._end(InvalidAnswer(f"Its head is larger than {MAX_HEAD_BYTES} bytes."))
        self.close()

    # The parser calls. After the head there may be trailers, and after the answer what nobody asked for.

    def on_message_begin(self) -> None:
        if self.complete:
            self._keep = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._head_known:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self._head_known or status < 200:
            return
        if self._head_bytes > MAX_HEAD_BYTES and size(self.headers) > MAX_HEAD_BYTES:
            return self._refuse_head()
        self._head_known = True
        self.status = status
        self._keep = self._parser.should_keep_alive()
        given = dict(self.headers)
        length = given.get(b"content-length")
        self._whole = length is not None and int(length) <= READ_WHOLE_BYTES
        self._ends_with_connection = length is None and b"transfer-encoding" not in given

    def on_body(self, body: bytes) -> None:
        if self.complete:
            return
        self._pieces.append(body)
        self._buffered += len(body)
        if self._buffered > BUFFERED_BYTES and self._reading:
            self._reading = False
            assert self.transport is not None
            self.transport.pause_reading()

    def on_message_complete(self) -> None:
        if self._head_known:
            self.complete = True
        else:  # an interim answer (1xx): the real one follows
            self.headers = []


def size(headers: list[Header]) -> int:
    """Bytes on the wire."""
    return sum(map(len, chain.from_iterable(headers))) + 4 * len(headers)
