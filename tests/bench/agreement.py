"""Whether all targets read the same contacts: what differs in work is no comparison."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import aiohttp

from tests.bench.kinds import Kind
from tests.bench.servers import House, Target

ASKED = 5
"""Paths of each kind."""


async def tell_differences(kinds: Iterable[Kind], house: House) -> None:
    """Prints the paths to which not all answer the same contacts in the same order."""
    for kind in (each for each in kinds if each.method == "GET"):
        for path in kind.paths[:ASKED]:
            answers = {json.dumps(await _read(target, path, house)) for target in house.targets.values()}
            if len(answers) > 1:
                print(f"{kind.what}: not all targets answer {path} with the same contacts", flush=True)


async def _read(target: Target, path: str, house: House) -> Sequence[tuple[str, int]]:
    """Ids and versions."""
    url = f"http://127.0.0.1:{target.port}{path}"
    async with aiohttp.request("GET", url, headers=target.headers(house.largest)) as answer:
        answer.raise_for_status()
        found: dict[str, Any] = await answer.json()
    return [(each["id"], each["version"]) for each in found.get("data", [found])]
