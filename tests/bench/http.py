"""Requests a second, waiting times and CPU time of the contacts API: baseline, service, service behind the gateway.

The three take turns, load by load, so that whatever else the machine does hits all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import uuid4

import aiohttp

from tests.bench import seeding
from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.kinds import MARK, Kind
from tests.bench.loads import Measured, apply, rotated
from tests.bench.plan import Plan
from tests.bench.servers import BASELINE, GATEWAY, SERVICE, TITLES, House

SECTION = "HTTP, contacts"
WARM_UP = 0.3
NOT_THERE = (404, 405)

Rounds = Mapping[str, Sequence[Measured]]
"""By target."""


async def measure(ground: Ground, house: House, kinds: Iterable[Kind], plan: Plan) -> list[Figure]:
    figures = []
    for kind in kinds:
        if kind.name == "upsert_1000" and (reason := await _no_upsert(ground, kind, house)):
            print(f"{kind.what} is left out: {reason}", flush=True)
            continue
        figures += figures_of(kind, await _take_turns(kind, house, plan))
        if kind.method != "GET":
            await seeding.settle(ground)
    return figures


async def _take_turns(kind: Kind, house: House, plan: Plan) -> Rounds:
    """After a load that only warms up: statements are prepared, what is asked for is in memory."""
    targets = list(house.targets.values())
    for target in targets:
        await apply(kind, target, house.largest, plan, stretch=WARM_UP)
    rounds: dict[str, list[Measured]] = {each.name: [] for each in targets}
    for number in range(plan.rounds):
        for target in rotated(targets, number):
            rounds[target.name].append(await apply(kind, target, house.largest, plan))
    return rounds


async def _no_upsert(ground: Ground, kind: Kind, house: House) -> str | None:
    """Why there is no upsert to measure. It is there if a request of the kind made its contacts."""
    service, tenant = house.targets[SERVICE], house.largest
    before = await seeding.external_ids(ground, tenant.id)
    body = kind.bodies[0].replace(MARK, f"probe-{uuid4()}")
    headers = service.headers(tenant) | {"Content-Type": "application/json"}
    url = f"http://127.0.0.1:{service.port}{kind.paths[0]}"
    async with aiohttp.request("POST", url, headers=headers, data=body) as answer:
        if answer.status in NOT_THERE:
            return f"the service answers {answer.status}"
        answer.raise_for_status()
    made = await seeding.external_ids(ground, tenant.id) - before
    return None if made == kind.rows else f"{made} of {kind.rows} contacts are there afterwards"


def figures_of(kind: Kind, rounds: Rounds) -> list[Figure]:
    figures = [
        *_ratios(kind, rounds, SERVICE, BASELINE, f"http_{kind.name}_service_ratio"),
        *_ratios(kind, rounds, GATEWAY, BASELINE, f"http_{kind.name}_gateway_ratio"),
        *_ratios(kind, rounds, GATEWAY, SERVICE, f"http_{kind.name}_gateway_of_service_ratio"),
    ]
    for target, measured in rounds.items():
        figures += _absolute(kind, target, measured)
    return figures


def _ratios(kind: Kind, rounds: Rounds, one: str, other: str, name: str) -> list[Figure]:
    """Each round's own, so that what hit the whole round is left out."""
    pairs = zip(rounds.get(one, ()), rounds.get(other, ()), strict=False)
    ratios = [a.outcome.per_s / b.outcome.per_s for a, b in pairs if b.outcome.per_s]
    what = f"{kind.what}: {TITLES[one]} ÷ {TITLES[other]}, requests/s"
    return [figure(SECTION, name, what, ratios, "×")] if ratios else []


def _absolute(kind: Kind, target: str, measured: Sequence[Measured]) -> list[Figure]:
    name, what = f"http_{kind.name}_{target}", f"{kind.what}, {TITLES[target]}"
    outcomes = [each.outcome for each in measured]
    columns = [
        ("per_s", "requests/s", [each.per_s for each in outcomes], "requests/s"),
        ("p50_ms", "p50 ms", [each.p50_ms for each in outcomes], "ms"),
        ("p99_ms", "p99 ms", [each.p99_ms for each in outcomes], "ms"),
        *(
            (f"cpu_{process}_ms", f"{process} CPU ms", [each.cpu_ms[process] for each in measured], "ms")
            for process in measured[0].cpu_ms
        ),
    ]
    if kind.rows > 1:
        columns.append(("rows_per_s", "contacts/s", [kind.rows * each.per_s for each in outcomes], "contacts/s"))
    return [
        figure(SECTION, f"{name}_{key}", what, values, unit, column=column) for key, column, values, unit in columns
    ]
