"""The bad network itself: a fault that does not happen proves nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from tests.faults.proxy import CALM, HALF_OPEN, HOST, REFUSING, Proxy, Weather

SILENCE_S = 0.3


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
    writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    server = await asyncio.start_server(echo, HOST, 0)
    async with Proxy(HOST, server.sockets[0].getsockname()[1], seed=1) as opened:
        yield opened
    server.close()


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, proxy: Proxy) -> "Client":
        return cls(*await asyncio.open_connection(HOST, proxy.port))

    async def ask(self, data: bytes = b"hello") -> bytes:
        self.writer.write(data)
        return await self.reader.readexactly(len(data))

    async def hears_nothing(self, data: bytes = b"hello") -> bool:
        try:
            async with asyncio.timeout(SILENCE_S):
                await self.ask(data)
        except TimeoutError:
            return True
        return False


async def test_in_calm_weather_all_bytes_arrive_unchanged(proxy: Proxy) -> None:
    client = await Client.connect(proxy)
    data = bytes(range(256)) * 4_000

    answer = await client.ask(data)

    assert answer == data
    client.writer.close()


async def test_latency_counts_in_both_directions(proxy: Proxy) -> None:
    client = await Client.connect(proxy)
    proxy.weather = Weather(latency_ms=100, jitter_ms=20)
    began_s = asyncio.get_running_loop().time()

    await client.ask()

    assert asyncio.get_running_loop().time() - began_s >= 0.16
    client.writer.close()


async def test_a_reset_is_seen_as_one(proxy: Proxy) -> None:
    client = await Client.connect(proxy)
    await client.ask()
    proxy.weather = Weather(reset_rate=1.0)

    with pytest.raises(ConnectionResetError):
        await client.ask()

    assert proxy.resets == 1
    client.writer.close()


async def test_half_open_connections_stay_and_say_nothing_even_when_new_ones_work_again(proxy: Proxy) -> None:
    old, idle = await Client.connect(proxy), await Client.connect(proxy)
    await idle.ask()
    proxy.weather = HALF_OPEN
    assert await old.hears_nothing()
    proxy.weather = CALM

    new = await Client.connect(proxy)

    assert await old.hears_nothing()
    assert await new.ask() == b"hello"
    assert await idle.ask() == b"hello"
    for client in (old, idle, new):
        client.writer.close()


async def test_a_half_open_network_accepts_connections_and_answers_none(proxy: Proxy) -> None:
    proxy.weather = HALF_OPEN

    client = await Client.connect(proxy)

    assert await client.hears_nothing()
    client.writer.close()


async def test_a_refusing_network_resets_connections_that_are_open(proxy: Proxy) -> None:
    client = await Client.connect(proxy)
    await client.ask()

    proxy.weather = REFUSING

    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await client.ask()
    late = await Client.connect(proxy)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await late.ask()
    for each in (client, late):
        each.writer.close()


async def test_slices_arrive_one_by_one(proxy: Proxy) -> None:
    client = await Client.connect(proxy)
    proxy.weather = Weather(slice_bytes=1, latency_ms=1)

    client.writer.write(b"abc")
    first = await client.reader.read(100)

    assert first in (b"a", b"ab")
    rest = await client.reader.readexactly(3 - len(first))
    assert first + rest == b"abc"
    client.writer.close()


async def test_bandwidth_is_limited(proxy: Proxy) -> None:
    client = await Client.connect(proxy)
    proxy.weather = Weather(bytes_per_s=10_000)
    began_s = asyncio.get_running_loop().time()

    await client.ask(b"x" * 1_000)

    assert asyncio.get_running_loop().time() - began_s >= 0.1
    client.writer.close()


async def test_nothing_is_kept_of_connections_that_ended(proxy: Proxy) -> None:
    client = await Client.connect(proxy)
    await client.ask()

    client.writer.close()

    async with asyncio.timeout(20):
        while proxy.connections:  # noqa: ASYNC110  # the proxy tells nobody
            await asyncio.sleep(0.01)
