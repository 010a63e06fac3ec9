"""A TCP proxy that makes a network bad: what it does to bytes may change while connections are open.

async with Proxy("127.0.0.1", 5432) as proxy:
    proxy.weather = Weather(latency_ms=200, jitter_ms=50, reset_rate=0.05)
    proxy.weather = Weather(half_open=True)
    proxy.weather = CALM
"""

import asyncio
import random
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
CHUNK_BYTES = 64 * 1024
QUEUED_CHUNKS = 64
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Weather:
    """What happens to each piece of data that arrives, in either direction. Latency is one way.

    `reset_rate` is the probability that a piece ends its connection by a reset; `refusing` resets all connections.
    While it is `half_open`, connections are accepted and nothing passes. A connection that lost data in that time
    stays silent for ever, as behind a firewall that has forgotten it: neither end is told, new connections work.
    """

    latency_ms: float = 0
    jitter_ms: float = 0
    reset_rate: float = 0
    half_open: bool = False
    refusing: bool = False
    slice_bytes: int | None = None
    bytes_per_s: float | None = None

    @property
    def piece_bytes(self) -> int | None:
        """Bandwidth is shared out twenty times a second."""
        share = None if self.bytes_per_s is None else max(1, int(self.bytes_per_s / 20))
        return self.slice_bytes or share

    def delay_s(self, dice: random.Random) -> float:
        return max(0.0, self.latency_ms + dice.uniform(-self.jitter_ms, self.jitter_ms)) / 1000


CALM = Weather()
HALF_OPEN = Weather(half_open=True)
REFUSING = Weather(refusing=True)


@dataclass(eq=False)
class Link:
    """One connection through the proxy. `silent`: it has lost data and delivers no more; `ended`: an end hung up."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter | None = None
    silent: bool = False
    ended: bool = False
    tasks: "list[asyncio.Task[None]]" = field(default_factory=list)

    def close(self) -> None:
        for writer in self._writers():
            writer.close()

    def reset(self) -> None:
        """Both ends see a reset, not an end of file."""
        for writer in self._writers():
            raw: socket.socket | None = writer.get_extra_info("socket")
            if raw is not None and raw.fileno() != -1:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            writer.transport.abort()
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()

    def _writers(self) -> list[asyncio.StreamWriter]:
        return [writer for writer in (self.near, self.far) if writer is not None]


class Proxy:
    """In front of the server at `host`:`server_port`, on a port of its own. `seed` decides about jitter and resets."""

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
            if weather.refusing or (link.ended and not weather.half_open):
                self._reset(link)

    def forget(self) -> None:
        """All connections that are open fall silent, as behind a firewall that was started again. New ones work."""
        for link in self._links:
            link.silent = True

    async def _serve(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        link = Link(near)
        task = asyncio.current_task()
        assert task is not None, "a connection is served by a task"
        link.tasks.append(task)
        self._links.add(link)
        self.accepted += 1
        try:
            await self._join(link, reader)
        except OSError:
            self._reset(link)
        except asyncio.CancelledError:  # by a reset: a server's connections end without an error
            return
        finally:
            self._links.discard(link)

    async def _join(self, link: Link, reader: asyncio.StreamReader) -> None:
        """Until either end hangs up. Raises OSError when the server cannot be reached."""
        if self._weather.refusing:
            return self._reset(link)
        while self._weather.half_open:
            await self._changed.wait()
        far_reader, link.far = await asyncio.open_connection(*self._server_address, limit=CHUNK_BYTES)
        ways = [(reader, link.far), (far_reader, link.near)]
        flows = [asyncio.create_task(self._flow(link, source, sink)) for source, sink in ways]
        link.tasks += flows
        await asyncio.wait(flows, return_when=asyncio.FIRST_COMPLETED)
        link.close()
        for task in link.tasks[1:]:
            task.cancel()

    async def _flow(self, link: Link, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """One direction: pieces wait for their time in a queue, so latency does not cost throughput."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUED_CHUNKS)
        delivery = asyncio.create_task(self._deliver(link, queue, sink))
        link.tasks.append(delivery)
        with suppress(OSError):
            while data := await source.read(CHUNK_BYTES):
                if self._dice.random() < self._weather.reset_rate:
                    return self._reset(link)
                await queue.put((self._now_s() + self._weather.delay_s(self._dice), data))
        link.ended = True
        await queue.put((0.0, b""))
        await delivery

    async def _deliver(
        self, link: Link, queue: "asyncio.Queue[tuple[float, bytes]]", sink: asyncio.StreamWriter
    ) -> None:
        """Until the end of file has its turn, or the other end is gone."""
        with suppress(OSError):
            while True:
                due_s, data = await queue.get()
                await asyncio.sleep(max(0.0, due_s - self._now_s()))
                link.silent = link.silent or self._weather.half_open
                if link.silent:
                    continue
                if not data:
                    return
                await self._send(sink, data)

    async def _send(self, sink: asyncio.StreamWriter, data: bytes) -> None:
        weather = self._weather
        size = weather.piece_bytes or len(data)
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            await asyncio.sleep(len(piece) / weather.bytes_per_s if weather.bytes_per_s else 0)
            sink.write(piece)
            await sink.drain()

    def _reset(self, link: Link) -> None:
        self.resets += 1
        link.reset()

    def _now_s(self) -> float:
        return asyncio.get_running_loop().time()
