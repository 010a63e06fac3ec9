"""What the 100th page of a list costs, measured against the first: real cursors, followed page by page."""

from urllib.parse import quote

import aiohttp

from tests.bench.figures import Figure, figure
from tests.bench.kinds import PATH, Kind
from tests.bench.loads import apply
from tests.bench.plan import Plan
from tests.bench.servers import House

SECTION = "Pages"
LAST = 100
TURNS = 3
"""In each round: what differs by a twentieth is told apart by many short loads, not by few."""
LISTS = {"list": ("list, the newest first", PATH), "by_name": ("list in the order of names", f"{PATH}?sort=full_name")}


async def measure(house: House, plan: Plan) -> list[Figure]:
    return [each for name in LISTS for each in await _measure(name, house, plan)]


async def _measure(name: str, house: House, plan: Plan) -> list[Figure]:
    what, first = LISTS[name]
    last = await _page(house, first)
    if last is None:
        print(f"The {LAST}th page of the {what} is left out: there are fewer", flush=True)
        return []
    waits_ms: dict[str, list[float]] = {first: [], last: []}
    for _ in range(TURNS * plan.rounds):
        for path in waits_ms:
            measured = await apply(Kind(name, what, "GET", [path]), house.front, house.largest, plan, connections=1)
            waits_ms[path].append(measured.outcome.p50_ms)
    ratios = [b / a for a, b in zip(*waits_ms.values(), strict=True)]
    return [
        figure(SECTION, f"page_{LAST}_of_{name}_ratio", f"{what}: {LAST}th page ÷ first, p50", ratios, "×"),
        figure(SECTION, f"page_1_of_{name}_p50_ms", f"{what}: first page, p50", waits_ms[first], "ms"),
        figure(SECTION, f"page_{LAST}_of_{name}_p50_ms", f"{what}: {LAST}th page, p50", waits_ms[last], "ms"),
    ]


async def _page(house: House, first: str) -> str | None:
    """Where the last page is."""
    path, joint = first, "&" if "?" in first else "?"
    async with aiohttp.ClientSession(headers=house.front.headers(house.largest)) as session:
        for _ in range(LAST - 1):
            async with session.get(f"http://127.0.0.1:{house.front.port}{path}") as answer:
                answer.raise_for_status()
                cursor = (await answer.json())["next_cursor"]
            if cursor is None:
                return None
            path = f"{first}{joint}cursor={quote(cursor)}"
    return path
