"""`python -m tests.bench [full|quick|tiny]`, or with QUICK=1 in the environment: 4 minutes instead of half an hour.

BENCH_NOTE is printed in the report: what else the machine did. BENCH_TO is a folder for the report instead of `docs`.
A measurement is a function `async (ground, plan) -> list[Figure]`; add it to `_measurements`.
"""

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import perf_counter

from shared.observability.logs import configure_logs
from shared.observability.runtime import settle_process
from tests.bench import backlog, contacts, events, forwarding, memory, peers, report
from tests.bench.figures import Figure
from tests.bench.ground import Ground, prepared
from tests.bench.machine import describe
from tests.bench.plan import PLANS, Plan

Measurement = Callable[[Ground, Plan], Awaitable[list[Figure]]]


def _measurements(plan: Plan) -> Sequence[Measurement]:
    """Memory looks at what the contacts' loads started."""
    about_contacts = (forwarding.measure, contacts.measure, memory.measure)
    return (events.measure, *about_contacts, backlog.measure) if plan.events else about_contacts


async def measure_all(ground: Ground, plan: Plan) -> tuple[list[Figure], list[str]]:
    machine = await describe(ground.server, ground.broker)
    figures = []
    for measure in _measurements(plan):
        began_s = perf_counter()
        measured = await measure(ground, plan)
        figures += measured
        for each in measured:
            print(f"{each.name}: {each.value:.4g} {each.unit}", flush=True)
        print(f"({measure.__module__} took {perf_counter() - began_s:.0f} s)", flush=True)
    return figures, machine


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__.partition("\n")[0])
    is_quick = os.environ.get("QUICK", "") not in ("", "0")
    parser.add_argument("plan", nargs="?", type=str.lower, choices=PLANS, default="quick" if is_quick else "full")
    plan = PLANS[parser.parse_args().plan]
    configure_logs("ERROR", "bench")
    settle_process()  # as our servers and workers do
    with prepared(with_kafka=plan.events > 0) as ground:
        figures, machine = asyncio.run(measure_all(ground, plan))
    remarks = [each for each in (os.environ.get("BENCH_NOTE"), _size(plan), peers.remark()) if each]
    report.write(figures, machine, plan, remarks, Path(os.environ.get("BENCH_TO", report.DOCS)))


def _size(plan: Plan) -> str:
    if plan.events:
        return ""
    what = "all about contacts, without events" if plan.is_whole else "the main ratios on few contacts, in short rounds"
    return f"A {plan.name} run: {what}."


if __name__ == "__main__":
    main()
