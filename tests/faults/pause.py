"""F2: SIGSTOP of an owner of partitions, until others have taken over; then it wakes up, and knows nothing of it."""

import asyncio

from tests.faults.schedule import Step, draw
from tests.faults.system import System
from tests.faults.trial import Fault, Result, Tier, attempt

SERVICES = ("interactions", "campaigns", "analytics")
CAUGHT_UP_S = 60.0
SIZES = {Tier.PR: (2_000, 3, (4.0, 8.0)), Tier.NIGHTLY: (20_000, 40, (1.0, 10.0))}
FENCED = "samphan_consumer_fenced_total"


async def run(system: System, tier: Tier, seed: int) -> Result:
    events, pauses, for_s = SIZES[tier]
    seconds = [await system.add_worker(service) for service in SERVICES]
    await system.ready()
    schedule = draw(seed, pauses, action="SIGSTOP", targets=SERVICES, after_s=(0.5, 2.0), for_s=for_s)
    fenced = await system.metric(FENCED)
    result = await attempt(system, "F2", schedule, events=events, act=_pause)
    result.figures["fenced_batches"] = await system.metric(FENCED) - fenced
    for name in seconds:
        await system.stop(name)
    result.expect(result.stalled_s <= CAUGHT_UP_S, f"caught up in {CAUGHT_UP_S:g} s")
    return result


async def _pause(system: System, step: Step) -> None:
    system.freeze(step.target)
    await asyncio.sleep(step.for_s)
    system.thaw(step.target)


FAULT = Fault(
    "F2",
    "SIGSTOP of a process that owns partitions while another worker of its service runs, then SIGCONT",
    f"nothing lost, repeated or out of order; caught up within {CAUGHT_UP_S:g} s",
    run,
)
