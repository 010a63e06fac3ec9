"""Another CRM beside ours, if one is installed: see README.md. PEER names the file that describes its requests."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from tests.bench.figures import Figure, figure
from tests.bench.kinds import Kind
from tests.bench.loads import Measured, apply
from tests.bench.plan import Plan
from tests.bench.servers import House, Target

SECTION = "A peer"
VARIABLE = "PEER"


def remark() -> str:
    return "" if _description() else "No peer: PEER names none (see tests/bench/peers/README.md)."


async def measure(house: House, kinds: Mapping[str, Kind], plan: Plan) -> list[Figure]:
    """The peer's requests and ours of the same name, by turns, ours through the gateway; nothing without a peer."""
    described = _description()
    if described is None:
        return []
    peer = Target("peer", described["port"], lambda _: "", {}, described.get("headers", {}))
    figures = []
    for request in described["requests"]:
        ours = kinds[request["name"]]
        theirs = Kind(ours.name, ours.what, request["method"], request["paths"], request.get("bodies", ()))
        rounds = [
            (await apply(ours, house.front, house.largest, plan), await apply(theirs, peer, house.largest, plan))
            for _ in range(plan.rounds)
        ]
        figures += _figures(ours, described["name"], rounds)
    return figures


def _figures(kind: Kind, peer: str, rounds: list[tuple[Measured, Measured]]) -> list[Figure]:
    ratios = [ours.outcome.per_s / theirs.outcome.per_s for ours, theirs in rounds]
    theirs = [each.outcome for _, each in rounds]
    name, what = f"peer_{kind.name}", f"{kind.what}, {peer}"
    return [
        figure(SECTION, f"{name}_ratio", f"{kind.what}: through the gateway ÷ {peer}, requests/s", ratios, "×"),
        figure(SECTION, f"{name}_per_s", what, [each.per_s for each in theirs], "requests/s", column="requests/s"),
        figure(SECTION, f"{name}_p50_ms", what, [each.p50_ms for each in theirs], "ms", column="p50 ms"),
        figure(SECTION, f"{name}_p99_ms", what, [each.p99_ms for each in theirs], "ms", column="p99 ms"),
    ]


def _description() -> dict[str, Any] | None:
    path = os.environ.get(VARIABLE)
    return orjson.loads(Path(path).read_bytes()) if path else None
