"""A representative's 10,000 customers: how long they take to change hands, and what his own lists and searches take."""

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4, uuid5

import aiohttp

from shared.auth import Principal, TokenMinter, Visibility
from tests.bench import seeding
from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.kinds import PATH, WRITTEN, Kind
from tests.bench.loads import apply
from tests.bench.people import queries
from tests.bench.plan import Plan
from tests.bench.servers import SERVICE, House, Target

SECTION = "Ownership"
CUSTOMERS = 10_000
QUERIES = 500
DEADLINE = {"X-Deadline-Ms": "30000"}


class NotAllMoved(RuntimeError):
    """Some customers are not with their new owner."""


async def measure(ground: Ground, house: House, plan: Plan) -> list[Figure]:
    ids = await seeding.ids_of(ground, house.largest.id, min(CUSTOMERS, plan.contacts // 4))
    people = [uuid5(house.largest.id, name) for name in ("ploy", "james")]
    first = {"contact_ids": ids, "to_owner_id": str(people[0])}
    await _reassign(house, first, len(ids))
    took_s = [await _hand_over(house, people, turn, len(ids)) for turn in range(2 * plan.rounds)]
    await seeding.settle(ground)
    what = f"{len(ids):,} customers of one representative to another, one call"
    figures = [figure(SECTION, "reassign_ms", what, [1000 * each for each in took_s], "ms")]
    rep = _as_rep(ground, house, people[0])
    for kind in _kinds():
        figures += await _measure(kind, rep, house, plan)
    return figures


async def _hand_over(house: House, people: Sequence[UUID], turn: int, count: int) -> float:
    """There and back: after an even number of turns they are where they were."""
    giver, taker = people[turn % 2], people[1 - turn % 2]
    return await _reassign(house, {"from_owner_id": str(giver), "to_owner_id": str(taker)}, count)


async def _reassign(house: House, body: dict[str, Any], count: int) -> float:
    """Raises NotAllMoved."""
    service = house.targets[SERVICE]
    headers = service.headers(house.largest) | DEADLINE | {"Idempotency-Key": str(uuid4())}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{service.port}", headers=headers) as session:
        began_s = perf_counter()
        async with session.post("/v1/contacts/reassign", json=body) as answer:
            told = await answer.json()
        took_s = perf_counter() - began_s
    if told.get("contacts") != count:
        raise NotAllMoved(f"{answer.status}: {told}")
    return took_s


def _as_rep(ground: Ground, house: House, user_id: UUID) -> Target:
    minter = TokenMinter(ground.keys.token_private_key)
    principal = Principal(house.largest.id, user_id, "user", frozenset({"*"}), Visibility.OWN)
    return replace(house.targets[SERVICE], token=lambda _: minter.mint(principal, "contacts"))


def _kinds() -> list[Kind]:
    searches = [
        Kind(f"search_{name}", f"GET search, {WRITTEN[name]}", "GET", [f"{PATH}?q={quote(each)}" for each in words])
        for name, words in queries(5, QUERIES).items()
    ]
    return [Kind("list_50", "GET list of 50", "GET", [PATH]), *searches]


async def _measure(kind: Kind, rep: Target, house: House, plan: Plan) -> list[Figure]:
    rounds = [(await apply(kind, rep, house.largest, plan, connections=1)).outcome for _ in range(plan.rounds)]
    name, what = f"own_{kind.name}", f"{kind.what}, by one who sees his own only"
    return [
        figure(SECTION, f"{name}_p50_ms", what, [each.p50_ms for each in rounds], "ms", column="p50 ms"),
        figure(SECTION, f"{name}_p99_ms", what, [each.p99_ms for each in rounds], "ms", column="p99 ms"),
    ]
