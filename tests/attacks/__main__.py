"""`python -m tests.attacks`: `make attacks TIER=nightly|pr [ONLY=A2,A9] [SEED=1]`.

`nightly` writes docs/security.md. What an attack found is printed at once; the others are tried all the same, and the
exit code says whether any got through.
"""

import asyncio
import logging
import os
import sys
from random import SystemRandom
from time import monotonic

import structlog

from shared.observability.logs import configure_logs
from tests.attacks import report
from tests.attacks.attack import Attack, Tier
from tests.attacks.attacks import ATTACKS
from tests.attacks.ground import Ground, ground


async def try_all(where: Ground, attacks: list[Attack], tier: Tier, seed: int) -> bool:
    held = True
    for attack in attacks:
        began_s = monotonic()
        try:
            run = report.run_of(attack, await attack.run(where, attack.sizes[tier], seed))
        except Exception as error:  # one that breaks down must not cost the figures of the others
            run = report.broken_down(attack, seed, error)
        print(f"{attack.id} ({monotonic() - began_s:.0f} s): {run}", flush=True)
        held = held and run["held"]
        if tier is Tier.NIGHTLY:
            report.write(ATTACKS, [run])
    return held


def main() -> int:
    configure_logs("CRITICAL", "attacks")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    only = set(filter(None, os.environ.get("ONLY", "").split(",")))
    seed = int(os.environ.get("SEED") or SystemRandom().randrange(10**6))
    attacks = [attack for attack in ATTACKS if not only or attack.id in only]
    with ground() as where:
        held = asyncio.run(try_all(where, attacks, Tier(os.environ.get("TIER") or "pr"), seed))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
