"""F2: SIGSTOP of an owner of partitions, often until others have taken over; then it wakes up and knows nothing of it.

Workers without an API are stopped: writes must go on, so that those who take over have something to do.
"""

import asyncio

from tests.faults.schedule import Step, draw
from tests.faults.system import System
from tests.faults.trial import Fault, Result, Tier, attempt

SERVICES = ("interactions", "campaigns", "analytics", "witness")
CAUGHT_UP_S = 60.0
SIZES = {Tier.PR: (2_000, 2, (10.5, 12.0)), Tier.NIGHTLY: (40_000, 40, (1.0, 15.0))}
FENCED = "samphan_consumer_fenced_total"


async def run(system: System, tier: Tier, seed: int) -> Result:
    events, pauses, for_s = SIZES[tier]
    workers = [await system.add_worker(service) for service in SERVICES]
    await system.ready()
    schedule = draw(seed, pauses, action="SIGSTOP", targets=workers, after_s=(0.5, 2.0), for_s=for_s)
    fenced = await system.metric(FENCED)
    result = await attempt(system, "F2", schedule, events=events, act=_pause)
    result.figures["fenced_batches"] = await system.metric(FENCED) - fenced
    for name in workers:
        await system.stop(name)
    result.expect(result.stalled_s <= CAUGHT_UP_S, f"caught up in {CAUGHT_UP_S:g} s")
    result.expect(tier is Tier.PR or result.figures["fenced_batches"] > 0, "late owners were fenced")
    return result


async def _pause(system: System, step: Step) -> None:
    system.freeze(step.target)
    await asyncio.sleep(step.for_s)
    system.thaw(step.target)


FAULT = Fault(
    "F2",
    "SIGSTOP of a process that owns partitions while another worker of its service runs, then SIGCONT",
    f"nothing lost, repeated or out of order; late owners are fenced; caught up within {CAUGHT_UP_S:g} s",
    run,
)
