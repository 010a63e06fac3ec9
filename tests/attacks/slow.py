"""A11, slow clients: heads and bodies byte by byte, silence, and heads without end, on hundreds of connections."""

import asyncio
import time
from collections.abc import Callable

from tests.attacks.attack import Result
from tests.attacks.served import Others, Served

EVERY_S = 0.5
LONGEST_S = 25.0
MAX_CPU_S = 6.0
MAX_GROWTH_MB = 150.0
MAX_WAIT_S = 10.0  # far beyond what a busy machine makes of the second that one may be kept waiting
HEAD = b"GET /v1/me HTTP/1.1\r\nHost: x\r\n"
BODY = b"POST /v1/auth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n"
CHUNKS = b"POST /v1/auth/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
KINDS: dict[str, tuple[bytes, Callable[[int], bytes]]] = {
    "silence": (b"", lambda _: b""),
    "a head": (HEAD, lambda n: b"X-%d: y\r\n" % n),
    "a request line": (b"GET /", lambda _: b"a"),
    "a body": (BODY, lambda _: b"a"),
    "chunks": (CHUNKS, lambda _: b"1\r\na\r\n"),
    "an endless head": (HEAD, lambda n: b"X-%d: %s\r\n" % (n, b"y" * 7_000)),
}


async def run(process: Served, size: int, seed: int) -> Result:
    """`size` connections of each kind, all at once."""
    result = Result("A11", seed)
    before_mb, before_s = process.rss_mb(), process.cpu_s()
    async with Others(f"{process.url}/livez").going_on() as others:
        lives = await asyncio.gather(*(_dribble(process.port, *KINDS[kind]) for kind in KINDS for _ in range(size)))
    grown_mb, spent_s = process.rss_mb() - before_mb, process.cpu_s() - before_s
    result.tried = len(lives)
    result.expect(max(lives) < LONGEST_S, f"{sum(each >= LONGEST_S for each in lives)} connections live on")
    result.expect(grown_mb <= MAX_GROWTH_MB, f"memory grew by {grown_mb:.0f} MB")
    result.expect(spent_s <= MAX_CPU_S, f"{spent_s:.1f} s of CPU")
    result.expect(not others.failures, f"others failed: {others.failures[:3]}")
    result.expect(max(others.waits_s) <= MAX_WAIT_S, f"others waited {max(others.waits_s):.1f} s")
    result.figures = {"longest_life_s": round(max(lives), 1), "cpu_s": round(spent_s, 2), "grown_mb": round(grown_mb),
                      "longest_wait_of_others_s": round(max(others.waits_s), 2)}  # fmt: skip
    return result


async def _dribble(port: int, start: bytes, more: Callable[[int], bytes]) -> float:
    """Seconds until the server ends it."""
    began_s = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ended = asyncio.create_task(_ended(reader))
    number = 0
    writer.write(start)
    while not ended.done() and time.monotonic() - began_s < LONGEST_S:
        number += 1
        if not writer.is_closing():
            writer.write(more(number))
        await asyncio.wait([ended], timeout=EVERY_S)
    ended.cancel()
    writer.close()
    return time.monotonic() - began_s


async def _ended(reader: asyncio.StreamReader) -> None:
    try:
        while await reader.read(65_536):
            pass
    except OSError:
        return
