"""A service that is written byte by byte, for what no HTTP library would send."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ssl import SSLContext

OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


@dataclass(eq=False)
class Line:
    """One connection of the gateway. `number` counts them from 1; `heads` are those of its requests."""

    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heads: list[bytes] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def request(self) -> bytes:
        """The head of the next one."""
        self.heads.append(await self.reader.readuntil(b"\r\n\r\n"))
        return self.heads[-1]

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


Talk = Callable[[Line], Awaitable[None]]


@dataclass
class RawService:
    url: str
    lines: list[Line]


@asynccontextmanager
async def raw_service(talk: Talk, ssl: SSLContext | None = None) -> AsyncIterator[RawService]:
    """Each connection is talked to once; then it is closed."""
    lines: list[Line] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(len(lines) + 1, reader, writer)
        lines.append(line)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await talk(line)
        writer.close()
        line.ended.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=ssl)
    port = server.sockets[0].getsockname()[1]
    try:
        yield RawService(f"http://127.0.0.1:{port}", lines)
    finally:
        server.close()
        for line in lines:
            line.writer.close()


def always(data: bytes) -> Talk:
    """The same answer to every request, for as long as the gateway keeps the connection."""

    async def talk(line: Line) -> None:
        while True:
            await line.request()
            await line.say(data)

    return talk
