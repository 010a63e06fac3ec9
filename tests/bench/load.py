"""A load generator in a process of its own: `python -m tests.bench.load`, a `Load` as JSON in, an `Outcome` out.

Each connection sends its next request when it has the answer to the last one (closed loop): with `n` connections the
rate and the latencies say the same thing in two ways.
"""

import asyncio
import sys
from dataclasses import asdict, dataclass
from time import perf_counter, process_time

import httptools
import orjson

from tests.bench.figures import percentile

HOST = "127.0.0.1"
UNIQUE = b"@@"
WARM_UP = 0.15


@dataclass(frozen=True, slots=True)
class Load:
    """`paths` and `bodies` are taken in turn. `@@` in a body becomes `mark` and a number that never repeats."""

    port: int
    headers: dict[str, str]
    method: str
    paths: list[str]
    bodies: list[str]
    connections: int
    seconds: float
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`requests` were counted; `all_requests` and `cpu_s`, the generator's own, are with those that warmed up."""

    requests: int
    all_requests: int
    cpu_s: float
    per_s: float
    p50_ms: float
    p99_ms: float
    failures: dict[str, int]


class Run:
    """What all connections share."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._heads = [_head(load, path) for path in load.paths]
        self._bodies = [body.encode() for body in load.bodies]
        self._sent = 0
        self._began_cpu_s = process_time()
        began_s = perf_counter()
        self.counts_from_s = began_s + load.seconds * WARM_UP
        self.ends_s = began_s + load.seconds * (1 + WARM_UP)
        self._ended_s = self.counts_from_s
        self.waits_s: list[float] = []
        self.failures: dict[str, int] = {}

    def next_request(self) -> bytes:
        number = self._sent
        self._sent += 1
        head = self._heads[number % len(self._heads)]
        if not self._bodies:
            return head + b"\r\n"
        body = self._bodies[number % len(self._bodies)].replace(UNIQUE, f"{self._load.mark}{number}".encode())
        return b"%bContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (head, len(body), body)

    def answered(self, status: int, sent_s: float) -> None:
        now_s = perf_counter()
        if not 200 <= status < 300 or status == 207:
            self.failures[str(status)] = self.failures.get(str(status), 0) + 1
        if now_s >= self.counts_from_s:
            self.waits_s.append(now_s - sent_s)
            self._ended_s = now_s

    def outcome(self) -> Outcome:
        waits_ms = [wait_s * 1000 for wait_s in self.waits_s]
        rate = len(waits_ms) / max(self._ended_s - self.counts_from_s, 1e-9)
        return Outcome(
            requests=len(waits_ms),
            all_requests=self._sent,
            cpu_s=process_time() - self._began_cpu_s,
            per_s=rate,
            p50_ms=percentile(waits_ms, 50),
            p99_ms=percentile(waits_ms, 99),
            failures=self.failures,
        )


def _head(load: Load, path: str) -> bytes:
    lines = [
        f"{load.method} {path} HTTP/1.1",
        f"Host: {HOST}",
        *(f"{key}: {value}" for key, value in load.headers.items()),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


class Connection(asyncio.Protocol):
    def __init__(self, run: Run, done: "asyncio.Future[None]") -> None:
        self._run = run
        self._done = done
        self._sent_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._run.answered(self._parser.get_status_code(), self._sent_s)
        if perf_counter() < self._run.ends_s:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        if perf_counter() < self._run.ends_s:
            self._run.failures["connection lost"] = self._run.failures.get("connection lost", 0) + 1
        if not self._done.done():
            self._done.set_result(None)

    def _send(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        request = self._run.next_request()
        self._sent_s = perf_counter()
        self._transport.write(request)


async def apply(load: Load) -> Outcome:
    loop = asyncio.get_running_loop()
    run = Run(load)
    ended = [loop.create_future() for _ in range(load.connections)]
    for done in ended:
        await loop.create_connection(lambda done=done: Connection(run, done), HOST, load.port)  # type: ignore[misc]
    await asyncio.wait(ended, timeout=load.seconds * 2 + 30)
    return run.outcome()


async def in_own_process(load: Load) -> Outcome:
    """So that it takes no time of ours, nor we of its."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.load", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate(orjson.dumps(asdict(load)))
    return Outcome(**orjson.loads(out))


if __name__ == "__main__":
    given = Load(**orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(orjson.dumps(asdict(asyncio.run(apply(given)))))
