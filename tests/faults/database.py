"""F4: kill -9 of PostgreSQL with all its sessions; it recovers from its write-ahead log."""

import asyncio

from tests.faults.schedule import Step, draw
from tests.faults.system import System
from tests.faults.trial import Fault, Result, Tier, attempt

READY_S = 10.0
SIZES = {Tier.PR: (2_000, 2), Tier.NIGHTLY: (25_000, 25)}


async def run(system: System, tier: Tier, seed: int) -> Result:
    events, crashes = SIZES[tier]
    schedule = draw(seed, crashes, action="kill -9", targets=["PostgreSQL"], after_s=(2.0, 5.0), for_s=(0.2, 2.0))
    ready_s: list[float] = []

    async def crash(system: System, step: Step) -> None:
        await system.crash_postgres()
        await asyncio.sleep(step.for_s)
        await system.start_postgres()
        ready_s.append(await system.ready())

    result = await attempt(system, "F4", schedule, events=events, act=crash)
    result.figures["longest_until_ready_s"] = round(max(ready_s), 2)
    result.expect(max(ready_s) <= READY_S, f"services ready {READY_S:g} s after PostgreSQL")
    return result


FAULT = Fault(
    "F4",
    "kill -9 of PostgreSQL and all its sessions, then start again",
    f"no acknowledged row lost, nothing repeated or out of order; services ready {READY_S:g} s after it",
    run,
)
