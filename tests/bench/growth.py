"""What reads cost with ten times as many contacts: the same loads before and after, of the service and the baseline."""

from collections.abc import Mapping

from tests.bench import seeding
from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.kinds import reads
from tests.bench.loads import GENERATOR, Measured, apply, rotated
from tests.bench.plan import Plan
from tests.bench.servers import BASELINE, SERVICE, TITLES, House

SECTION = "Growth"
ASKED = {"get_one": "GET one", "list_50": "GET list of 50"}
COMPARED = (SERVICE, BASELINE)

Costs = Mapping[tuple[str, str], list[Measured]]
"""By kind and target."""


async def costs(ground: Ground, house: House, plan: Plan) -> Costs:
    """One connection at a time: the waiting time is the work, not the queue."""
    ids = await seeding.ids_of(ground, house.largest.id, 500)
    targets = [house.targets[name] for name in COMPARED]
    found: dict[tuple[str, str], list[Measured]] = {(kind, target): [] for kind in ASKED for target in COMPARED}
    for number in range(plan.rounds):
        for kind in (each for each in reads(ids) if each.name in ASKED):
            for target in rotated(targets, number):
                found[kind.name, target.name].append(await apply(kind, target, house.largest, plan, connections=1))
    return found


def figures_of(before: Costs, after: Costs, plan: Plan) -> list[Figure]:
    times = f"{plan.contacts:,} ÷ {plan.first_contacts:,} contacts"
    figures = []
    for (kind, target), rounds in after.items():
        what, name = f"{ASKED[kind]}, {TITLES[target]}: {times}", f"growth_{kind}_{target}"
        waits = [b.outcome.p50_ms / a.outcome.p50_ms for a, b in zip(before[kind, target], rounds, strict=True)]
        figures.append(figure(SECTION, f"{name}_p50_ratio", f"{what}, p50", waits, "×"))
        if all(map(_cpu_ms, before[kind, target])):
            used = [_cpu_ms(b) / _cpu_ms(a) for a, b in zip(before[kind, target], rounds, strict=True)]
            figures.append(figure(SECTION, f"{name}_cpu_ratio", f"{what}, CPU of server and PostgreSQL", used, "×"))
    return figures


def _cpu_ms(measured: Measured) -> float:
    return sum(each for name, each in measured.cpu_ms.items() if name != GENERATOR)
