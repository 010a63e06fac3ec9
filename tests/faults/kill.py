"""F1: kill -9 of any process, again and again."""

from tests.faults.schedule import Step, draw
from tests.faults.system import System
from tests.faults.trial import Fault, Result, Tier, attempt

TARGETS = ("gateway", "contacts", "interactions", "campaigns", "analytics", "witness")
CAUGHT_UP_S = 60.0
SIZES = {Tier.PR: (5_000, 10), Tier.NIGHTLY: (100_000, 100)}
BATCHES = {Tier.PR: 100, Tier.NIGHTLY: 150}
DEADLINE_MS = 14_000


async def run(system: System, tier: Tier, seed: int) -> Result:
    events, kills = SIZES[tier]
    schedule = draw(seed, kills, action="kill -9", targets=TARGETS, after_s=(1.0, 3.0))
    size = BATCHES[tier]
    result = await attempt(system, "F1", schedule, events=events, act=_kill, batch=size, deadline_ms=DEADLINE_MS)
    result.expect(result.stalled_s <= CAUGHT_UP_S, f"caught up in {CAUGHT_UP_S:g} s")
    return result


async def _kill(system: System, step: Step) -> None:
    system.kill(step.target)


FAULT = Fault(
    "F1",
    "kill -9 of a process with API, relay and consumers, or of the gateway, every 1-3 s",
    f"nothing lost, repeated or out of order; caught up within {CAUGHT_UP_S:g} s",
    run,
)
