"""F10: a bad network between each pair of parts, in turn: slow, resetting, half-open, in single bytes."""

import asyncio
from random import Random

from tests.faults.network import Network, Pair
from tests.faults.proxy import HALF_OPEN, Weather
from tests.faults.schedule import Schedule, Step
from tests.faults.system import System
from tests.faults.trial import Fault, Result, Tier, attempt

WEATHERS = {
    "200 ms latency": Weather(latency_ms=100, jitter_ms=20),
    "5 % resets": Weather(reset_rate=0.05),
    "half-open": HALF_OPEN,
    "single bytes": Weather(slice_bytes=1),
}
RECOVERED_S = 30.0
ANSWERED_S = 10.0
SIZES = {Tier.PR: (1_000, 1, (0.6, 1.2)), Tier.NIGHTLY: (12_000, 3, (5.0, 12.0))}


async def run(system: System, tier: Tier, seed: int) -> Result:
    """The gateway's own deadline is 5 s: an attempt that takes twice as long has hung."""
    assert system.network is not None, "this fault needs a network"
    network = system.network
    events, rounds, for_s = SIZES[tier]
    before = network.resets
    schedule = draw_weathers(seed, rounds, for_s)

    async def act(_: System, step: Step) -> None:
        await befall(network, step)

    result = await attempt(system, "F10", schedule, events=events, act=act)
    result.figures["resets"] = network.resets - before
    result.expect(result.stalled_s <= RECOVERED_S, f"all is as usual {RECOVERED_S:g} s after the network is")
    result.expect(
        result.figures["longest_attempt_s"] <= ANSWERED_S, f"each call is answered, well or badly, in {ANSWERED_S:g} s"
    )
    return result


def draw_weathers(seed: int, rounds: int, for_s: tuple[float, float]) -> Schedule:
    """Each weather between each pair once a round, in an order of the round's own."""
    random = Random(seed)
    steps: list[Step] = []
    for _ in range(rounds):
        turns = [(action, pair) for action in WEATHERS for pair in Pair]
        random.shuffle(turns)
        steps += [Step(0.3, action, pair, round(random.uniform(*for_s), 2)) for action, pair in turns]
    return Schedule(seed, tuple(steps))


async def befall(network: Network, step: Step) -> None:
    network.set(WEATHERS[step.action], Pair(step.target))
    await asyncio.sleep(step.for_s)
    network.calm()


FAULT = Fault(
    "F10",
    "a bad network between gateway, services, databases and log: 200 ms, 5 % resets, half-open, single bytes",
    f"nothing lost, repeated or out of order; no call hangs; all is as usual {RECOVERED_S:g} s after the network is",
    run,
    network=True,
)
