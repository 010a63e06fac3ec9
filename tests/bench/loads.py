"""One load on one target, with what it cost each process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from tests.bench.cpu import since_s, used_s
from tests.bench.kinds import Kind
from tests.bench.load import Load, Outcome, in_own_process
from tests.bench.plan import Plan
from tests.bench.servers import Target, Tenant

GENERATOR = "load"


@dataclass(frozen=True, slots=True)
class Measured:
    """`cpu_ms` a request, by process; the load generator is one of them."""

    outcome: Outcome
    cpu_ms: Mapping[str, float]


async def apply(
    kind: Kind, target: Target, tenant: Tenant, plan: Plan, *, connections: int | None = None, stretch: float = 1
) -> Measured:
    load = Load(
        port=target.port,
        headers=target.headers(tenant),
        method=kind.method,
        paths=list(kind.paths),
        bodies=list(kind.bodies),
        connections=connections or kind.connections or plan.connections,
        seconds=plan.load_s * kind.stretch * stretch,
        mark=f"{perf_counter():.6f}-",
    )
    before = used_s(target.pids)
    outcome = await in_own_process(load)
    used = since_s(before, used_s(target.pids)) | {GENERATOR: outcome.cpu_s}
    if outcome.failures:
        print(f"{kind.name} on {target.name}: not all succeeded: {outcome.failures}", flush=True)
    return Measured(outcome, {name: 1000 * each / max(outcome.all_requests, 1) for name, each in used.items()})


def rotated(targets: Sequence[Target], by: int) -> list[Target]:
    """Whoever was first in one round is last in the next."""
    start = by % len(targets)
    return [*targets[start:], *targets[:start]]
