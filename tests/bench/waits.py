"""How long one request takes when nothing else is asked for, and how long the slowest take when much is."""

from collections.abc import Mapping

from tests.bench import seeding
from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.kinds import Kind
from tests.bench.loads import Measured, apply
from tests.bench.plan import Plan
from tests.bench.servers import TITLES, House

SECTION = "Waiting times"
ALONE, MANY = 1, 16
ASKED = ("get_one", "list_50", "post_one")


async def measure(ground: Ground, house: House, kinds: Mapping[str, Kind], plan: Plan) -> list[Figure]:
    figures = []
    for name in ASKED:
        rounds = [
            await apply(kinds[name], house.front, house.largest, plan, connections=ALONE) for _ in range(plan.rounds)
        ]
        figures += _figures(f"unloaded_{name}_{house.front.name}", _what(kinds[name], house, ALONE), rounds)
    busy = [
        await apply(kinds["get_one"], house.front, house.largest, plan, connections=MANY) for _ in range(plan.rounds)
    ]
    figures += _figures(f"get_one_{MANY}_connections_{house.front.name}", _what(kinds["get_one"], house, MANY), busy)
    await seeding.settle(ground)
    return figures


def _what(kind: Kind, house: House, connections: int) -> str:
    return f"{kind.what}, {TITLES[house.front.name]}, connections: {connections}"


def _figures(name: str, what: str, rounds: list[Measured]) -> list[Figure]:
    return [
        figure(SECTION, f"{name}_p50_ms", f"{what}, p50", [each.outcome.p50_ms for each in rounds], "ms"),
        figure(SECTION, f"{name}_p99_ms", f"{what}, p99", [each.outcome.p99_ms for each in rounds], "ms"),
    ]
