"""How long searches take at worst: random parts of names and numbers, on the largest tenant and on the smallest."""

from itertools import product
from urllib.parse import quote

from tests.bench.figures import Figure, figure
from tests.bench.kinds import PATH, WRITTEN, Kind
from tests.bench.loads import apply
from tests.bench.people import queries
from tests.bench.plan import Plan
from tests.bench.servers import TITLES, House, Tenant

SECTION = "Search"
QUERIES = 1_000
STRETCH = 2


async def measure(house: House, plan: Plan) -> list[Figure]:
    figures = []
    for tenant, connections in product((house.largest, house.smallest), (1, 4)):
        for kind in _kinds():
            figures += await _measure(kind, tenant, connections, house, plan)
    return figures


def _kinds() -> list[Kind]:
    """Not those of the comparison with the baseline: each query is asked for a few times at most."""
    return [
        Kind(name, WRITTEN[name], "GET", [f"{PATH}?q={quote(each)}" for each in words], stretch=STRETCH)
        for name, words in queries(3, QUERIES).items()
    ]


async def _measure(kind: Kind, tenant: Tenant, connections: int, house: House, plan: Plan) -> list[Figure]:
    rounds = [await apply(kind, house.front, tenant, plan, connections=connections) for _ in range(plan.rounds)]
    name = f"search_{kind.name}_{tenant.title}_{connections}_connections"
    what = f"{kind.what}, {tenant.title} tenant, {TITLES[house.front.name]}, connections: {connections}"
    return [
        figure(SECTION, f"{name}_p50_ms", what, [each.outcome.p50_ms for each in rounds], "ms", column="p50 ms"),
        figure(SECTION, f"{name}_p99_ms", what, [each.outcome.p99_ms for each in rounds], "ms", column="p99 ms"),
    ]
