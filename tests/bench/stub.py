"""A service that costs next to nothing: `python -m tests.bench.stub PORT`. What is measured before it is the way there.

`/v1/contacts` answers 50 KB, any other path 2 KB; a body is read and forgotten.
"""

import asyncio
import sys
from typing import cast

import httptools
import uvloop

from tests.bench.load import HOST

LARGE, SMALL = 50_000, 2_000


def _answer(size_bytes: int) -> bytes:
    body = b'{"data": "' + b"x" * (size_bytes - 12) + b'"}'
    head = (
        b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\netag: "7"\r\n'
        b"cache-control: private, no-cache\r\nx-request-id: 7\r\ncontent-length: %d\r\n\r\n"
    )
    return head % len(body) + body


ANSWERS = {False: _answer(SMALL), True: _answer(LARGE)}


class Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's derives from none of asyncio's
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._url = url

    def on_message_complete(self) -> None:
        wants_list = self._parser.get_method() == b"GET" and self._url == b"/v1/contacts"
        self._transport.write(ANSWERS[wants_list])


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Connection, HOST, port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
