"""Of three brokers one is away at a time: killed, or restarted in good order. Then writes need not even wait long."""

import asyncio
from dataclasses import replace
from random import Random

from tests.faults.schedule import Schedule, Step, draw
from tests.faults.system import System
from tests.faults.trial import Fault, Result, Tier, attempt

BROKERS = ("1", "2", "3")
KILL = "kill -9"
RESTART = "restart"
RESTARTS = 0.25
"""The share of steps that are a rolling restart's, not a crash's."""
CAUGHT_UP_S = 60.0
SIZES = {Tier.PR: (1_500, 3, (0.0, 2.0)), Tier.NIGHTLY: (60_000, 24, (0.0, 20.0))}


async def run(system: System, tier: Tier, seed: int) -> Result:
    events, leaves, for_s = SIZES[tier]
    schedule = draw_leaves(seed, leaves, for_s)
    result = await attempt(system, "F3b", schedule, events=events, act=_leave_and_join)
    result.figures["kills"] = sum(step.action == KILL for step in schedule.steps)
    result.expect(result.figures["retried_requests"] == 0, "each write succeeds at once")
    result.expect(result.stalled_s <= CAUGHT_UP_S, f"caught up in {CAUGHT_UP_S:g} s")
    return result


def draw_leaves(seed: int, count: int, for_s: tuple[float, float]) -> Schedule:
    schedule = draw(seed, count, action=KILL, targets=BROKERS, after_s=(1.0, 4.0), for_s=for_s)
    random = Random(seed)
    steps = [replace(step, action=RESTART) if random.random() < RESTARTS else step for step in schedule.steps]
    return replace(schedule, steps=tuple(steps))


async def _leave_and_join(system: System, step: Step) -> None:
    await system.leave(int(step.target), in_order=step.action == RESTART)
    await asyncio.sleep(step.for_s)
    await system.join(int(step.target))


FAULT = Fault(
    "F3b",
    "one of three brokers killed, or restarted in good order, under load",
    f"no write fails; nothing lost, repeated or out of order; caught up within {CAUGHT_UP_S:g} s",
    run,
    brokers=3,
)
