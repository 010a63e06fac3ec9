"""`python -m tests.faults`: `make faults TIER=nightly|pr [ONLY=F1,F4] [ON=postgres,kafka] [SEED=1]`.

All faults on both logs. `nightly` takes about an hour and a half and writes docs/reliability.md. What a fault showed is
printed and written at once; the others are tried all the same, and the exit code says whether any failed.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from random import SystemRandom
from time import monotonic

from shared.observability.logs import configure_logs
from tests.bench.machine import describe
from tests.faults import report
from tests.faults.faults import FAULTS, OF_BROKERS
from tests.faults.network import Network
from tests.faults.starting import running
from tests.faults.system import Transport
from tests.faults.trial import Fault, Tier

TRANSPORTS: tuple[Transport, ...] = ("postgres", "kafka")


class Run:
    """`seed` is that of every trial."""

    def __init__(self, tier: Tier, faults: Sequence[Fault], transports: Sequence[Transport], seed: int) -> None:
        self._tier = tier
        self._faults = faults
        self._transports = transports
        self._seed = seed
        self.held = True

    async def all(self) -> None:
        for transport in self._transports:
            on_it = [fault for fault in self._faults if transport == "kafka" or fault.brokers == 1]
            for fault in on_it:  # each on a fresh system: what one leaves behind is no burden to the next
                await self._try(fault, transport)

    async def _try(self, fault: Fault, transport: Transport) -> None:
        began_s = monotonic()
        machine: list[str] = []
        try:
            network = Network(self._seed) if fault.network else None
            async with running(transport, network=network, brokers=fault.brokers) as system:
                machine = await describe(system.server, system.broker)
                trial = report.trial_of(await fault.run(system, self._tier, self._seed))
        except Exception as error:  # one that breaks down must not cost the figures of the others
            trial = report.broken_down(fault, transport, self._seed, error)
        print(f"{fault.id} on {transport} ({monotonic() - began_s:.0f} s): {trial}", flush=True)
        self.held = self.held and trial["held"]
        if self._tier is Tier.NIGHTLY:
            report.write((*FAULTS, *OF_BROKERS), machine, [trial])


def main() -> int:
    configure_logs("ERROR", "faults")
    only = set(filter(None, os.environ.get("ONLY", "").split(",")))
    on = set(filter(None, os.environ.get("ON", "").split(",")))
    seed = int(os.environ.get("SEED") or SystemRandom().randrange(10**6))
    faults = [fault for fault in (*FAULTS, *OF_BROKERS) if not only or fault.id in only]
    transports = [transport for transport in TRANSPORTS if not on or transport in on]
    run = Run(Tier(os.environ.get("TIER") or "pr"), faults, transports, seed)
    asyncio.run(run.all())
    return 0 if run.held else 1


if __name__ == "__main__":
    sys.exit(main())
