"""A2: three businesses, four roles each, all operations in any order, against a model of who has what.

Whatever an answer says is searched for ids and marks of others. The businesses use the same e-mail addresses, external
ids, order numbers and even record ids.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from random import Random
from typing import Any

from tests.attacks.attack import Result
from tests.attacks.business import ROLES, Business, Move, open_business
from tests.attacks.played import Played
from tests.attacks.steps import STEPS
from tests.attacks.system import System

BUSINESSES = 3
UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


async def run(system: System, size: int, seed: int) -> Result:
    """`size` steps. The order and choice of steps follow from the seed; ids and tokens are new each time."""
    result = Result("A2", seed)
    random = Random(seed)
    async with AsyncExitStack() as stack:
        businesses = [await open_business(system, random) for _ in range(BUSINESSES)]
        for client in (client for business in businesses for client in business.clients.values()):
            stack.push_async_callback(client.aclose)
        while result.tried < size:
            await _play(result, _move(random, businesses))
    result.figures = {"records": sum(len(business.records) for business in businesses)}
    return result


def _move(random: Random, businesses: Sequence[Business]) -> Move:
    mine = random.choice(businesses)
    return Move(random, mine, tuple(each for each in businesses if each is not mine), random.choice(ROLES))


async def _play(result: Result, move: Move) -> None:
    [step] = move.random.choices([*STEPS], weights=[*STEPS.values()])
    played = await step(move)
    if played is None:
        return
    result.tried += 1
    where = f"step {result.tried}, {step.__name__} as {move.role}: {played.answer.request.method} {played.answer.url}"
    result.holes += [f"{where}: {what}" for what in wrongs(move, played)]
    if played.ok:
        move.mine.named |= played.named


def wrongs(move: Move, played: Played) -> Iterator[str]:
    """What the answer should not be, or say."""
    answer: Any = played.answer
    if answer.status_code not in played.expected:
        yield f"{answer.status_code}, not {played.expected}: {answer.text[:300]}"
    yield from played.wrong
    told = f"{answer.text} {answer.headers}"
    mine = {*move.mine.ids, *move.mine.named}
    seen = {*UUIDS.findall(told)} - mine - played.named
    for other in move.others:
        if other.marker in told:
            yield "a mark of another business"
        if leaked := seen & {*other.ids}:
            yield f"ids of another business: {leaked}"
