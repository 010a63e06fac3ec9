"""How long and how much a connection may keep us waiting: slow or endless requests, and too many at once.

uvicorn itself bounds only how long a connection may idle after an answer.
"""

import asyncio
from typing import Any

from shared.errors import SamphanError, UnavailableError
from shared.web.protocol import MAX_URL_BYTES, ProblemProtocol, UrlTooLong

HEAD_S = 10.0
WINDOW_S = 10.0
WINDOW_BYTES = 5_000
MAX_HEAD_BYTES = 32 * 1024
MAX_PIPELINED = 32
MAX_CONNECTIONS = 4_096


class RequestTooSlow(SamphanError):
    status = 408
    code = "request_too_slow"
    title = ("The request came too slowly", "ส่งคำขอช้าเกินไป")


class HeadTooLarge(SamphanError):
    status = 431
    code = "headers_too_large"


class TooManyConnections(UnavailableError):
    code = "too_many_connections"
    retryable = True


class PatientProtocol(ProblemProtocol):
    """A head must be complete after `head_s`; of a body at least 5,000 bytes arrive in each `window_s`, while we read.

    Where more than `max_connections` are open, the one that has kept us waiting longest makes room.
    """

    head_s = HEAD_S
    window_s = WINDOW_S
    max_connections = MAX_CONNECTIONS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._timer: asyncio.TimerHandle | None = None
        self._in_head = self._in_body = False
        self._loose_bytes = 0  # since something of a request was last complete
        self._window_bytes = 0
        self.waits_since = self.loop.time()

    @property
    def keeps_waiting(self) -> bool:
        """Whether it is the client's turn."""
        return self._in_head or self._in_body or self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own does
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            self._make_room()
        self._watch(self.head_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._loose_bytes += len(data)
        super().data_received(data)
        if self._loose_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            too_large = HeadTooLarge(f"The head of a request takes at most {MAX_HEAD_BYTES} bytes.")
            self.refuse(UrlTooLong() if len(self.url) > MAX_URL_BYTES else too_large)
        elif not (self._in_head or self._in_body):
            self._unwatch()
        elif self._timer is None:
            self._watch(self.head_s if self._in_head else self.window_s)

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_head:  # what comes after the body nobody asked for
            return
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= MAX_PIPELINED:
            raise ValueError("more requests than anybody sends before the first answer")
        self._in_head, self._in_body = False, True
        self._loose_bytes = 0
        self._unwatch()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._loose_bytes = 0
        self._window_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        self._loose_bytes = 0
        self.waits_since = self.loop.time()
        super().on_message_complete()

    def _watch(self, for_s: float) -> None:
        self._window_bytes = 0
        self._timer = self.loop.call_later(for_s, self._look)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._in_body and (self.flow.read_paused or self._window_bytes >= WINDOW_BYTES):
            self._watch(self.window_s)
        elif self._in_head or self._in_body:
            self.refuse(RequestTooSlow("The request came too slowly. Send it again, over a better connection."))
        else:
            self.transport.close()

    def _make_room(self) -> None:
        others = [each for each in self.connections if each is not self and isinstance(each, PatientProtocol)]
        slowest = min((each for each in others if each.keeps_waiting), key=lambda each: each.waits_since, default=self)
        slowest.refuse(TooManyConnections("Too many connections are open. Try again."))
