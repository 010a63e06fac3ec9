"""Another CRM beside ours, if one is installed: see README.md.

PEER names a file that describes one that runs already; DJANGO_CRM the Python of an environment that has Django-CRM.
"""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.kinds import Kind
from tests.bench.loads import Measured, apply
from tests.bench.peers import django_crm
from tests.bench.plan import Plan
from tests.bench.servers import House, Target

SECTION = "A peer"
RUNNING, DJANGO_CRM = "PEER", "DJANGO_CRM"


def remark() -> str:
    known = any(os.environ.get(name) for name in (RUNNING, DJANGO_CRM))
    return "" if known else "No peer was measured: none was named (see tests/bench/peers/README.md)."


async def measure(ground: Ground, house: House, kinds: Mapping[str, Kind], plan: Plan) -> list[Figure]:
    """The peer's requests and ours of the same name, by turns, ours through the gateway; nothing without a peer."""
    described = await _peer(ground, plan)
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


async def _peer(ground: Ground, plan: Plan) -> dict[str, Any] | None:
    """What README.md says of a peer's file. One that we start gets as many contacts as the tenant that is asked."""
    if path := os.environ.get(RUNNING):
        described: dict[str, Any] = orjson.loads(await asyncio.to_thread(Path(path).read_bytes))
        return described
    if python := os.environ.get(DJANGO_CRM):
        return await django_crm.start(ground, python, plan.sizes(plan.contacts)[0])
    return None
