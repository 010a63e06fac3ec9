"""One trial: writers write, a schedule befalls the system, and when all is quiet again the judge looks."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic

from tests.faults.checker import Verdict
from tests.faults.observation import catch_up, judge
from tests.faults.schedule import Schedule, Step
from tests.faults.system import System
from tests.faults.writers import GaveUp, Writers

CATCH_UP_TIMEOUT_S = 180.0
QUIET_S = 1.0
Act = Callable[[System, Step], Awaitable[None]]


class Tier(StrEnum):
    PR = "pr"
    NIGHTLY = "nightly"


@dataclass
class Result:
    """What a trial saw. `broken` says which promises were not kept; `figures` are extra ones, with units in names."""

    fault: str
    transport: str
    schedule: Schedule
    events: int
    faults: int
    stalled_s: float
    verdict: Verdict
    figures: dict[str, float] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return self.verdict.is_fine and not self.broken

    def expect(self, kept: bool, promise: str) -> None:
        """Notes a promise that is not kept."""
        if not kept:
            self.broken.append(promise)

    def __str__(self) -> str:
        parts = [f"{self.fault} on {self.transport}, seed {self.schedule.seed}: {self.events} events",
                 f"{self.faults} faults, stalled {self.stalled_s:.1f} s, {self.figures}"]  # fmt: skip
        bad = [*self.broken, str(self.verdict), f"schedule: {self.schedule}"] if not self.held else []
        return "\n".join([", ".join(parts), *bad])


@dataclass(frozen=True)
class Fault:
    """`run` tries it; `promise` says in words what must hold. `network`: the parts of its system talk through one.

    With more than one of `brokers` it is a fault of Kafka alone.
    """

    id: str
    title: str
    promise: str
    run: Callable[[System, Tier, int], Awaitable[Result]]
    network: bool = False
    brokers: int = 1


async def attempt(
    system: System,
    fault: str,
    schedule: Schedule,
    *,
    events: int,
    act: Act,
    batch: int = 50,
    writers: int = 4,
    deadline_ms: int | None = None,
) -> Result:
    """Writes about `events` while `act` carries out the steps. A write that fails for good is a broken promise."""
    tenant = await system.new_tenant()
    writing = Writers(system.url, tenant, schedule.seed, writers, batch, deadline_ms)
    result = Result(fault, system.transport, schedule, 0, len(schedule.steps), 0.0, Verdict())
    task = asyncio.create_task(writing.write(events, over_s=schedule.duration_s))
    for step in schedule.steps:
        await asyncio.sleep(step.after_s)
        await act(system, step)
    ended_s = monotonic()
    try:
        await task
    except* GaveUp as failed:
        result.broken += [str(error) for error in failed.exceptions]
    await system.ready()
    await catch_up(system, tenant.id, writing.ledger, timeout_s=CATCH_UP_TIMEOUT_S)
    result.stalled_s = monotonic() - max(ended_s, writing.last_ack_s)
    await asyncio.sleep(QUIET_S)  # what would still be repeated comes now
    result.verdict = await judge(system, tenant.id, writing.ledger)
    result.events = len(writing.ledger.acks)
    result.figures = {
        "retried_requests": writing.retries,
        "longest_write_s": round(max(writing.waits_s), 2),
        "longest_attempt_s": round(writing.longest_attempt_s, 2),
    }
    return result
