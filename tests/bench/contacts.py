"""All that is measured of the contacts service over HTTP, on one database."""

from collections.abc import Sequence
from time import perf_counter

from tests.bench import (
    centres,
    custom_fields,
    duplicates,
    growth,
    http,
    imports,
    ownership,
    pages,
    peers,
    search,
    seeding,
    servers,
    waits,
)
from tests.bench.agreement import tell_differences
from tests.bench.figures import Figure
from tests.bench.ground import Ground
from tests.bench.kinds import reads, writes
from tests.bench.plan import Plan
from tests.bench.servers import House

IDS = 5_000


async def measure(ground: Ground, plan: Plan) -> list[Figure]:
    house = servers.start(ground, plan.tenants)
    figures = await _seeded(ground, house, plan)
    ids = await seeding.ids_of(ground, house.largest.id, IDS)
    kinds = {kind.name: kind for kind in [*reads(ids), *writes(ids)]}
    await tell_differences(kinds.values(), house)
    if plan.is_whole:  # what reads comes first: then it sees the contacts that were seeded, and no more
        figures += await pages.measure(house, plan)
        figures += await search.measure(house, plan)
        figures += await centres.measure(ground, house, plan)
    figures += await http.measure(ground, house, kinds.values(), plan)
    figures += await peers.measure(ground, house, kinds, plan)
    figures += await waits.measure(ground, house, kinds, plan)
    if plan.is_whole:
        figures += await imports.measure(ground, house, plan)
        figures += await duplicates.measure(ground, house, plan)
        figures += await ownership.measure(ground, house, plan)
        figures += await custom_fields.measure(ground, house, plan)  # last: from here on contacts have some
    return figures


async def _seeded(ground: Ground, house: House, plan: Plan) -> list[Figure]:
    none = [0] * plan.tenants
    first, all_of_them = plan.sizes(plan.first_contacts), plan.sizes(plan.contacts)
    await _seed(ground, house, none, first)
    if first == all_of_them:
        return []
    before = await growth.costs(ground, house, plan)
    await _seed(ground, house, first, all_of_them)
    return growth.figures_of(before, await growth.costs(ground, house, plan), plan)


async def _seed(ground: Ground, house: House, have: Sequence[int], want: Sequence[int]) -> None:
    began_s = perf_counter()
    await seeding.seed(ground, house.tenants, have, want)
    print(f"{sum(want):,} contacts: {perf_counter() - began_s:.0f} s more", flush=True)
