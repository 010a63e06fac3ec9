"""F6: malformed events, and keys that a handler cannot deal with: set aside, then replayed or discarded."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from random import Random
from time import monotonic

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database
from shared.messaging import Consumer, Reading
from shared.messaging.message import Message
from shared.messaging.parked import discard, replay
from tests.faults.checker import Entry, Verdict, judge_applied
from tests.faults.observation import fetch, read_notes
from tests.faults.schedule import Schedule
from tests.faults.stream import Stream
from tests.faults.system import System
from tests.faults.trial import CATCH_UP_TIMEOUT_S, Fault, Result, Tier
from tests.faults.witness import watch

SIZES = {Tier.PR: (4_000, 1_000), Tier.NIGHTLY: (60_000, 3_000)}
"""Events, and the keys that they are of."""
MALFORMED, FAILING = 0.01, 0.001
ROUNDS = 20
PARKED = "select event_id::text, fingerprint from parked_event where tenant_id = $1 and state = $2"
ODD, HOPELESS = '{{"version": {}, "amount": "12 THB"}}', '{{"version": {}, "amount": '
"""What the mended consumer understands, and what nobody ever will."""


async def run(system: System, tier: Tier, seed: int) -> Result:
    stream, random = Stream(system), Random(seed)
    events, keys = SIZES[tier]
    names = [f"key-{number}" for number in range(keys)]
    failing = set(random.sample(names, max(2, int(keys * FAILING))))
    first, second = (_messages(stream, random, names, part, events // 2) for part in (0, 1))
    result = Result("F6", system.transport, Schedule(seed, ()), events, 0, 0.0, Verdict())

    await stream.append(first)
    aside = _set_aside(first, failing)
    healthy = [entry for entry in stream.entries if entry.event_id not in aside]
    async with stream.member(_consumer(stream, failing)):
        result.figures["healthy_applied_s"] = await stream.until_applied(len(healthy), timeout_s=CATCH_UP_TIMEOUT_S)
        result.expect(await _parked(stream) == aside, "exactly the bad events and those behind them are set aside")
    await _judge(result.verdict, stream, healthy)

    began_s = monotonic()
    async with stream.member(mended := _consumer(stream, set())), stream.database() as database:
        await stream.append(second)
        hopeless = {str(message.event_id) for message in [*first, *second] if _is(HOPELESS, message)}
        sound = [entry for entry in stream.entries if entry.event_id not in hopeless]
        discarded = await _mend(stream, database, mended, sound)
        result.stalled_s = monotonic() - began_s
    result.faults = len(hopeless) + sum(_is(ODD, message) for message in [*first, *second]) + len(failing)
    result.figures |= {"set_aside_at_first": len(aside), "discarded": discarded}
    result.expect(discarded == len(hopeless), "what nobody understands is discarded, and nothing else")
    result.expect(await _parked(stream) == set(), "nothing stays aside after replay and discard")
    await _judge(result.verdict, stream, sound)
    return result


async def _mend(stream: Stream, database: Database, consumer: Consumer, sound: Sequence[Entry]) -> int:
    """Replays and discards, while the consumer goes on with what is new. Returns how many were discarded."""
    discarded = 0
    for _ in range(ROUNDS):
        outcome = await replay(database, consumer, stream.tenant_id)
        for fingerprint in {row[1] for row in await _rows(stream) if row[0] not in _ids(sound) and row[1] != "behind"}:
            discarded += await discard(database, consumer.name, stream.tenant_id, fingerprint=fingerprint)
        if not outcome.failed and not await _parked(stream):
            await stream.until_applied(len(sound), timeout_s=1.0)
            if await stream.applied() >= len(sound):
                break
    return discarded


def _messages(stream: Stream, random: Random, names: Sequence[str], part: int, count: int) -> list[Message]:
    """Each key in turn, with its own versions; of a hundred bodies one is bad, one way or the other."""
    messages = []
    for number in range(part * count, (part + 1) * count):
        version = number // len(names)
        form = '{{"version": {}, "amount": 12}}'
        if random.random() < MALFORMED:
            form = random.choice([ODD, HOPELESS])
        messages.append(stream.message(names[number % len(names)], version, form.format(version)))
    return messages


def _is(form: str, message: Message) -> bool:
    return message.body == form.format(message.version)


def _set_aside(messages: Iterable[Message], failing: set[str]) -> set[str]:
    """The ids of bad events, and of all that come after one of the same key."""
    aside: dict[str, list[str]] = defaultdict(list)
    for message in messages:
        if message.key in aside or message.key in failing or _is(ODD, message) or _is(HOPELESS, message):
            aside[message.key].append(str(message.event_id))
    return {event_id for ids in aside.values() for event_id in ids}


def _consumer(stream: Stream, failing: set[str]) -> Consumer:
    """With keys that fail it reads amounts as numbers only; mended, as anything."""

    class Strict(Reading, types=(stream.type,)):
        version: int
        amount: int

    class Lenient(Reading, types=(stream.type,)):
        version: int
        amount: int | str

    reading = Strict if failing else Lenient
    consumer = watch(stream.name, reading)
    consumer.park_limit = 1.0  # it would rightly stop: that many bad events are a broken consumer

    @consumer.on(reading)
    async def fail(_: AsyncSession, events: Sequence[Reading]) -> None:
        if any(event.envelope.key in failing for event in events):
            raise LookupError("a key that this release cannot handle")

    return consumer


async def _judge(verdict: Verdict, stream: Stream, entries: Sequence[Entry]) -> None:
    applied, once = await read_notes(stream.system, stream.tenant_id)
    judge_applied(verdict, entries, applied, once)


async def _parked(stream: Stream) -> set[str]:
    return {row[0] for row in await _rows(stream)}


async def _rows(stream: Stream) -> Sequence[tuple[str, str]]:
    return await fetch(stream.system, "witness", PARKED, stream.tenant_id, "parked")


def _ids(entries: Iterable[Entry]) -> set[str]:
    return {entry.event_id for entry in entries}


FAULT = Fault(
    "F6",
    "1 % malformed events and 0.1 % of the keys failing in a handler; then a mended release, replay and discard",
    "other keys go on; set aside are exactly the bad ones and those behind; after replay all in order",
    run,
)
