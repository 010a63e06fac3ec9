"""What a service does besides answering requests: relay, consumers and jobs, as tasks of any process with a running
loop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self

import structlog

from shared.db.database import Database
from shared.messaging import metrics, outbox
from shared.messaging.backoff import Backoff, pause
from shared.messaging.consumer import Consumer
from shared.messaging.housekeeping import keep_house
from shared.messaging.jobs import Jobs, run_job
from shared.messaging.log import EventLog
from shared.messaging.relay import Relay
from shared.messaging.running import Running
from shared.tasks import end

log = structlog.get_logger()
STOP_TIMEOUT_S = 20
LONGEST_PAUSE_S = 10.0
LANES, ROAD = 1, 2
"""Batches at once of one consumer, and of all: one that hangs leaves a place to the others. More places bring several
consumers no more events a second, and take turns from the process's jobs.
"""
Task = Callable[[asyncio.Event], Awaitable[None]]


class Worker:
    """`async with Worker(...)` runs it inside another process's lifespan; `run(stop)` is a process of its own.

    The caller closes `database`, `system_database` and `events` afterwards. `system_url` is the relay's login.
    """

    def __init__(
        self,
        service: str,
        *,
        database: Database,
        system_database: Database,
        system_url: str,
        events: EventLog,
        consumers: Sequence[Consumer] = (),
        jobs: Jobs | None = None,
    ) -> None:
        self.service = service
        road = asyncio.Semaphore(ROAD)
        self.running = [Running(consumer, database, events, lanes=LANES, road=road) for consumer in consumers]
        self._database = database
        self._events = events
        self._system = system_database
        self._relay = Relay(service, system_url, events)
        self._jobs = jobs or Jobs()
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [
            asyncio.create_task(_supervise(f"{self.service}:{name}", task, self._stop)) for name, task in self._work()
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Batches at work are finished, or abandoned after 20 s: their transactions roll back."""
        self._stop.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_TIMEOUT_S)
            await end(*late)

    async def run(self, stop: asyncio.Event) -> None:
        async with self:
            await stop.wait()

    def _work(self) -> list[tuple[str, Task]]:
        woken = outbox.wakes(self._database.engine)
        consumers: list[tuple[str, Task]] = [(running.consumer.name, running.run) for running in self.running]
        jobs: list[tuple[str, Task]] = [
            (job.name, lambda stop, job=job: run_job(job, self._database, self._system, stop))  # type: ignore[misc]
            for job in self._jobs.jobs
        ]
        return [
            ("relay", lambda stop: self._relay.run(stop, woken)),
            ("housekeeping", lambda stop: keep_house(self._system, self._events, stop)),
            *consumers,
            *jobs,
        ]


async def _supervise(name: str, task: Task, stop: asyncio.Event) -> None:
    """A task that crashes is started again, later and later while it keeps crashing."""
    backoff = Backoff(longest_s=LONGEST_PAUSE_S)
    while not stop.is_set():
        started_s = asyncio.get_running_loop().time()
        try:
            await task(stop)
        except Exception:  # nothing but the process's end may end the worker
            metrics.RESTARTS.labels(name).inc()
            log.exception("worker task crashed", task=name)
            if asyncio.get_running_loop().time() - started_s > 60:
                backoff.reset()
            await pause(stop, backoff.next_s())
