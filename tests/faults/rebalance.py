"""F7: members join and leave all the time while events flow, so that no partition stays with anyone for long."""

import asyncio
from contextlib import AsyncExitStack
from random import Random

from shared.messaging import Reading
from shared.messaging.message import Message
from tests.faults.checker import Verdict, judge_applied
from tests.faults.observation import read_notes
from tests.faults.schedule import Schedule, Step
from tests.faults.stream import Stream
from tests.faults.system import System
from tests.faults.trial import CATCH_UP_TIMEOUT_S, Fault, Result, Tier
from tests.faults.witness import watch

FEWEST, MOST = 1, 5
EVERY_S = 2.0
KEYS = 1_000
JOIN, LEAVE = "join", "leave"
SIZES = {Tier.PR: (4_000, 4), Tier.NIGHTLY: (60_000, 100)}
"""Events read in calm, and again in the storm; changes of the group in the storm."""


async def run(system: System, tier: Tier, seed: int) -> Result:
    """The figures compare how fast a backlog is read by three members in calm, and in the storm."""
    events, changes = SIZES[tier]
    schedule, stream = draw_changes(seed, changes), Stream(system)
    result = Result("F7", system.transport, schedule, 2 * events, changes, 0.0, Verdict())
    group = Group(stream)
    async with group.stack:
        for _ in range(3):
            await group.join()
        await stream.append(_messages(stream, events, first=0))
        calm_s = await stream.until_applied(events, timeout_s=CATCH_UP_TIMEOUT_S)
        await stream.append(_messages(stream, events // 2, first=events))
        storm = asyncio.create_task(_storm(group, schedule))
        storm_s = await stream.until_applied(events + events // 2, timeout_s=CATCH_UP_TIMEOUT_S)
        await _trickle(stream, events // 2, storm)
        await storm
        result.stalled_s = await stream.until_applied(2 * events, timeout_s=CATCH_UP_TIMEOUT_S)
    judge_applied(result.verdict, stream.entries, *await read_notes(system, stream.tenant_id))
    result.figures = {"calm_events_s": round(events / calm_s), "storm_events_s": round(events / 2 / storm_s)}
    return result


def draw_changes(seed: int, count: int) -> Schedule:
    """Between one member and five; three are there at first."""
    random, members, steps = Random(seed), 3, []
    for _ in range(count):
        action = random.choice([JOIN] * (members < MOST) + [LEAVE] * (members > FEWEST))
        members += 1 if action == JOIN else -1
        steps.append(Step(EVERY_S, action, "a member"))
    return Schedule(seed, tuple(steps))


class Group:
    """Members by age. Each is left by a task of its own, as it was entered."""

    def __init__(self, stream: Stream) -> None:
        self.stack = AsyncExitStack()
        self._stream = stream
        self._leaving: list[asyncio.Event] = []

        class Seen(Reading, types=(stream.type,)):
            version: int

        self._reading = Seen

    async def join(self) -> None:
        leaving, joined = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(self._belong(joined, leaving))
        self._leaving.append(leaving)
        self.stack.push_async_callback(self._end, leaving, task)
        await joined.wait()

    def leave(self) -> None:
        self._leaving.pop(0).set()

    async def _belong(self, joined: asyncio.Event, leaving: asyncio.Event) -> None:
        async with self._stream.member(watch(self._stream.name, self._reading)):
            joined.set()
            await leaving.wait()

    async def _end(self, leaving: asyncio.Event, task: "asyncio.Task[None]") -> None:
        leaving.set()
        await task


async def _storm(group: Group, schedule: Schedule) -> None:
    for step in schedule.steps:
        await asyncio.sleep(step.after_s)
        if step.action == JOIN:
            await group.join()
        else:
            group.leave()


async def _trickle(stream: Stream, events: int, storm: "asyncio.Task[None]") -> None:
    """The rest of the events over the rest of the storm."""
    messages = _messages(stream, events, first=len(stream.entries))
    share = max(1, events // 50)
    for start in range(0, events, share):
        await stream.append(messages[start : start + share])
        if not storm.done():
            await asyncio.wait([storm], timeout=EVERY_S)


def _messages(stream: Stream, events: int, *, first: int) -> list[Message]:
    numbers = range(first, first + events)
    return [stream.message(f"key-{n % KEYS}", n // KEYS, f'{{"version": {n // KEYS}}}') for n in numbers]


FAULT = Fault(
    "F7",
    "a member of a consumer group joins or leaves every 2 s while events flow",
    "nothing lost, repeated or out of order",
    run,
)
