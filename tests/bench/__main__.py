"""`python -m tests.bench [QUICK]`, or with QUICK=1 in the environment: 3 minutes instead of a quarter of an hour.

BENCH_NOTE is printed in the report: what else the machine did. A measurement is a module with
`async def measure(ground, plan) -> list[Figure]`; add it to MEASUREMENTS.
"""

import asyncio
import os
import sys
from time import perf_counter

from shared.observability.logs import configure_logs
from shared.observability.runtime import settle_process
from tests.bench import backlog, events, forwarding, http, memory, report
from tests.bench.figures import Figure
from tests.bench.ground import Ground, prepared
from tests.bench.machine import describe
from tests.bench.plan import FULL, QUICK, Plan

# memory looks at what http started
MEASUREMENTS = (events.measure, forwarding.measure, http.measure, memory.measure, backlog.measure)


async def measure_all(ground: Ground, plan: Plan) -> tuple[list[Figure], list[str]]:
    machine = await describe(ground.server, ground.broker)
    figures = []
    for measure in MEASUREMENTS:
        began_s = perf_counter()
        measured = await measure(ground, plan)
        figures += measured
        for each in measured:
            print(f"{each.what}: {each.value:.4g} {each.unit}", flush=True)
        print(f"({measure.__module__} took {perf_counter() - began_s:.0f} s)", flush=True)
    return figures, machine


def main(arguments: list[str]) -> None:
    quick = "QUICK" in arguments or os.environ.get("QUICK", "") not in ("", "0")
    configure_logs("ERROR", "bench")
    settle_process()  # as our servers and workers do
    with prepared() as ground:
        figures, machine = asyncio.run(measure_all(ground, QUICK if quick else FULL))
    report.write(figures, machine, os.environ.get("BENCH_NOTE", ""))


if __name__ == "__main__":
    main(sys.argv[1:])
