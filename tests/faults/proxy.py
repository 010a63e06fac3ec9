"""A TCP proxy that makes a network bad: what it does to bytes may change while connections are open.

    async with Proxy("127.0.0.1", 5432) as proxy:
        proxy.weather = Weather(latency_ms=200, jitter_ms=50, reset_rate=0.05)
        proxy.weather = Weather(half_open=True)
        proxy.weather = CALM
"""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
CHUNK_BYTES = 64 * 1024
SLICE_BYTES = 1
QUEUED_CHUNKS = 64


@dataclass(frozen=True)
class Weather:
    """What happens to each piece of data that arrives, in either direction.

    Latency is one way. `reset_rate` is the probability that a piece ends its connection with a reset. While the
    weather is `half_open`, connections are accepted and stay open, and nothing passes; what a `half_open` connection
    swallowed never arrives, so when the weather clears it is reset, as a firewall does that has forgotten it.
    `refusing` resets all connections, old and new. `slices` sends single bytes.
    """

    latency_ms: float = 0
    jitter_ms: float = 0
    reset_rate: float = 0
    half_open: bool = False
    refusing: bool = False
    slices: bool = False
    bytes_per_s: float | None = None

    def delay_s(self, dice: random.Random) -> float:
        return max(0.0, self.latency_ms + dice.uniform(-self.jitter_ms, self.jitter_ms)) / 1000


CALM = Weather()


@dataclass(eq=False)
class Link:
    """One connection through the proxy. `deaf` is one that has lost data and must never deliver any again."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter | None = None
    deaf: bool = False
    tasks: "list[asyncio.Task[None]]" = field(default_factory=list)

    def reset(self) -> None:
        """Both ends see a reset, not an end of file."""
        for task in self.tasks:
            task.cancel()
        for writer in (self.near, self.far):
            if writer is not None:
                writer.transport.abort()


class Proxy:
    """Listens on `port` (a free one by default) for one server. `seed` decides about resets and jitter."""

    def __init__(self, host: str, server_port: int, *, port: int = 0, seed: int = 0) -> None:
        self._server_address = (host, server_port)
        self._wanted_port = port
        self._dice = random.Random(seed)
        self._links: set[Link] = set()
        self._listener: asyncio.Server | None = None
        self._weather = CALM
        self._changed = asyncio.Event()
        self.accepted = 0
        self.resets = 0

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._serve, HOST, self._wanted_port, limit=CHUNK_BYTES)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.close()
        links = list(self._links)
        for link in links:
            link.reset()
        await asyncio.gather(*(task for link in links for task in link.tasks), return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._listener is not None, "the proxy is not open"
        return int(self._listener.sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        return len(self._links)

    @property
    def weather(self) -> Weather:
        return self._weather

    @weather.setter
    def weather(self, weather: Weather) -> None:
        """Counts from the next piece of data on, for connections that are open as well."""
        self._weather = weather
        self._changed.set()
        self._changed = asyncio.Event()
        for link in list(self._links):
            if weather.refusing or (link.deaf and not weather.half_open):
                self._reset(link)

    async def _serve(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        self.accepted += 1
        link = Link(near)
        self._links.add(link)
        link.tasks.append(asyncio.current_task())  # type: ignore[arg-type]
        try:
            await self._connect(link, reader)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            link.reset()
            self._links.discard(link)

    async def _connect(self, link: Link, reader: asyncio.StreamReader) -> None:
        """Until either side ends. A half-open network lets a connection be made, and no more."""
        if self._weather.refusing:
            return
        while self._weather.half_open:
            await self._changed.wait()
        far_reader, link.far = await asyncio.open_connection(*self._server_address, limit=CHUNK_BYTES)
        ways = [(reader, link.far), (far_reader, link.near)]
        flows = [asyncio.create_task(self._flow(link, source, sink)) for source, sink in ways]
        link.tasks += flows
        await asyncio.wait(flows, return_when=asyncio.FIRST_COMPLETED)

    async def _flow(self, link: Link, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """One direction: pieces wait for their time in a queue, so latency does not cost throughput."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUED_CHUNKS)
        delivery = asyncio.create_task(self._deliver(link, queue, sink))
        link.tasks.append(delivery)
        with suppress(OSError):
            while data := await source.read(CHUNK_BYTES):
                if self._dice.random() < self._weather.reset_rate:
                    return self._reset(link)
                due_s = asyncio.get_running_loop().time() + self._weather.delay_s(self._dice)
                await queue.put((due_s, data))
        await queue.put((0.0, b""))
        await delivery

    async def _deliver(
        self, link: Link, queue: "asyncio.Queue[tuple[float, bytes]]", sink: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while True:
                due_s, data = await queue.get()
                await asyncio.sleep(max(0.0, due_s - asyncio.get_running_loop().time()))
                if self._weather.half_open or link.deaf:
                    link.deaf = True
                    continue
                if not data:
                    return
                await self._send(sink, data)

    async def _send(self, sink: asyncio.StreamWriter, data: bytes) -> None:
        size = SLICE_BYTES if self._weather.slices else CHUNK_BYTES
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            sink.write(piece)
            await sink.drain()
            if self._weather.slices:
                await asyncio.sleep(0)
            if self._weather.bytes_per_s is not None:
                await asyncio.sleep(len(piece) / self._weather.bytes_per_s)

    def _reset(self, link: Link) -> None:
        self.resets += 1
        link.reset()
