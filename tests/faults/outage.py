"""F3: the event log is away for minutes, and writes go on: events wait in the outboxes."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from deploy.local.environment import SERVICES
from tests.faults.checker import Verdict
from tests.faults.ledger import Ledger
from tests.faults.network import Pair
from tests.faults.observation import catch_up, fetch, judge
from tests.faults.proxy import HALF_OPEN, REFUSING
from tests.faults.schedule import Schedule, Step
from tests.faults.system import System
from tests.faults.trial import CATCH_UP_TIMEOUT_S, Fault, Result, Tier
from tests.faults.writers import GaveUp, Writers

RATE = 100
CALM_S = {Tier.PR: 3.0, Tier.NIGHTLY: 60.0}
AWAY_S = {Tier.PR: 6.0, Tier.NIGHTLY: 200.0}
WAITING = "select count(*) from outbox"


@dataclass
class Watch:
    """Looks at the readiness of all processes as long as it is a task."""

    unready: list[str] = field(default_factory=list)

    async def look(self, system: System) -> None:
        while True:
            self.unready += await system.unready()
            await asyncio.sleep(0.5)


async def run(system: System, tier: Tier, seed: int) -> Result:
    """Writes at one rate before and during the outage; how fast the outboxes empty is told, not judged."""
    away_s = AWAY_S[tier]
    schedule = Schedule(seed, (Step(CALM_S[tier], "away", Pair.LOG, away_s),))
    tenant, ledger, watch = await system.new_tenant(), Ledger(), Watch()
    calm, rough = (Writers(system.url, tenant, each, 8, 10, ledger) for each in (seed, seed + 1))
    result = Result("F3", system.transport, schedule, 0, 1, 0.0, Verdict())
    await calm.write(int(RATE * CALM_S[tier]), over_s=CALM_S[tier])
    watching = asyncio.create_task(watch.look(system))
    writing = asyncio.create_task(rough.write(int(RATE * away_s), over_s=away_s))
    await _take_away(system, away_s)
    try:
        await writing
    except* GaveUp as failed:
        result.broken += [str(error) for error in failed.exceptions]
    watching.cancel()
    waiting = await _waiting(system)
    await _give_back(system)
    back_s = monotonic()
    await _until_empty(system)
    result.figures = {
        "events_waiting": waiting,
        "emptied_s": round(monotonic() - back_s, 2),
        "calm_p99_ms": _p99_ms(calm),
        "away_p99_ms": _p99_ms(rough),
        "retried_requests": rough.retries,
        "unready": len(watch.unready),
    }
    await catch_up(system, tenant.id, ledger, timeout_s=CATCH_UP_TIMEOUT_S)
    result.stalled_s = monotonic() - back_s
    result.events = len(ledger.acks)
    result.verdict = await judge(system, tenant.id, ledger)
    result.expect(rough.retries == 0, "each write succeeds at once")
    result.expect(not watch.unready, f"all stay ready, not so: {set(watch.unready)}")
    return result


async def _take_away(system: System, away_s: float) -> None:
    """Kafka is stopped; the log's database does not answer, and then refuses."""
    if system.broker is not None:
        await system.stop_kafka()
        return await asyncio.sleep(away_s)
    assert system.network is not None, "this fault needs a network"
    for weather in (HALF_OPEN, REFUSING):
        system.network.set(weather, Pair.LOG)
        await asyncio.sleep(away_s / 2)


async def _give_back(system: System) -> None:
    if system.broker is not None:
        await system.start_kafka()
    elif system.network is not None:
        system.network.calm()


async def _waiting(system: System) -> int:
    return sum([(await fetch(system, service.name, WAITING))[0][0] for service in SERVICES])


async def _until_empty(system: System) -> None:
    """Or until it takes too long: the judge sees what is missing."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CATCH_UP_TIMEOUT_S):
            while await _waiting(system):  # noqa: ASYNC110  # a table tells nobody
                await asyncio.sleep(0.1)


def _p99_ms(writers: Writers) -> float:
    return round(sorted(writers.waits_s)[int(len(writers.waits_s) * 0.99)] * 1000, 1)


FAULT = Fault(
    "F3",
    "the event log (Kafka, or the log's database) is away while writes go on at 100 a second",
    "no write fails or is repeated, nobody becomes unready; afterwards nothing is lost, repeated or out of order",
    run,
    network=True,
)
