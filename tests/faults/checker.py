"""The judge: compares what was acknowledged with what the log, the projections and the witness hold. It only computes.

What it is given is plain data, so that it is tested with plain data (`test_checker.py`), and with planted bugs.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.faults.ledger import Ack, Versions

EXAMPLES = 5


class Entry(NamedTuple):
    """An event as it stands in the log. Entries are given partition by partition, in the order of each."""

    topic: str
    key: str
    event_id: str
    aggregate: str
    version: int
    token: str


class Note(NamedTuple):
    """That an event was applied. Notes of a key are given in the order in which they were committed."""

    key: str
    event_id: str


@dataclass
class Verdict:
    """Sentences, one for each thing that is not as it was promised. Empty when all is well."""

    lost: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_fine(self) -> bool:
        return not (self.lost or self.repeated or self.disordered or self.wrong)

    def __str__(self) -> str:
        parts = {name: found for name, found in vars(self).items() if found}
        return "\n".join(f"{name} {len(found)}: {'; '.join(found[:EXAMPLES])}" for name, found in parts.items())


def judge_log(verdict: Verdict, acks: Sequence[Ack], entries: Sequence[Entry]) -> None:
    """Each acknowledged version is in the log, in order. It may be there again, as the same event."""
    events: dict[tuple[str, int], set[str]] = defaultdict(set)
    tokens: dict[tuple[str, int], str] = {}
    for entry in entries:
        events[entry.aggregate, entry.version].add(entry.event_id)
        tokens[entry.aggregate, entry.version] = entry.token
    acknowledged = {(ack.aggregate, ack.version): ack for ack in acks}
    for at, ack in acknowledged.items():
        if at not in events:
            verdict.lost.append(f"{ack.kind} {at} was acknowledged, and is not in the log")
        elif tokens[at] != ack.token:
            verdict.wrong.append(f"{ack.kind} {at} is in the log as {tokens[at]!r}, not as {ack.token!r}")
    for at, ids in events.items():
        if len(ids) > 1:
            verdict.repeated.append(f"{at} was published as {len(ids)} different events")
        if at not in acknowledged:
            verdict.repeated.append(f"{at} is in the log, and nobody was told: a write was done twice")
    _judge_order(verdict, acks, entries)


def judge_applied(verdict: Verdict, entries: Sequence[Entry], applied: Sequence[Note], once: Sequence[Note]) -> None:
    """`applied`: what the witness was given, each entry of the log exactly once; `once`: each event exactly once.

    The events of a key of several topics have no order among them: each topic is looked at for itself.
    """
    topics = {entry.event_id: entry.topic for entry in entries}
    logged = _by_key((entry.topic, entry.key, entry.event_id) for entry in entries)
    for name, notes, expected in (
        ("was applied", applied, logged),
        ("passed the inbox", once, {key: _first(ids) for key, ids in logged.items()}),
    ):
        seen = _by_key((topics.get(note.event_id, ""), note.key, note.event_id) for note in notes)
        for key in expected.keys() | seen.keys():
            _judge_notes(verdict, f"{key} {name}", expected.get(key, []), seen.get(key, []))


def judge_store(verdict: Verdict, name: str, expected: Versions, seen: Versions) -> None:
    """A table that keeps the newest version of each aggregate."""
    for aggregate, (version, known) in expected.items():
        found = seen.get(aggregate)
        if found is None or found[0] < version:
            verdict.lost.append(f"{name} has {aggregate} at {found and found[0]}, not at {version}")
        elif found != (version, known):
            verdict.wrong.append(f"{name} has {aggregate} as {found}, not as {(version, known)}")
    for aggregate in seen.keys() - expected.keys():
        verdict.repeated.append(f"{name} has {aggregate}, and nobody was told of it: a write was done twice")


def _judge_order(verdict: Verdict, acks: Sequence[Ack], entries: Sequence[Entry]) -> None:
    """The first appearances of a key's versions in a topic are in the order of the writes."""
    ranks = {(ack.aggregate, ack.version): rank for rank, ack in enumerate(acks)}
    newest: dict[tuple[str, str], int] = {}
    seen: set[tuple[str, int]] = set()
    for entry in entries:
        at = entry.aggregate, entry.version
        if at in seen or at not in ranks:
            continue
        seen.add(at)
        key = entry.topic, entry.key
        if newest.get(key, -1) > ranks[at]:
            verdict.disordered.append(f"{at} is in the log after a later write to {entry.key}")
        newest[key] = max(newest.get(key, -1), ranks[at])


def _judge_notes(verdict: Verdict, name: str, expected: Sequence[str], seen: Sequence[str]) -> None:
    if expected == seen:
        return
    missing, surplus = Counter(expected) - Counter(seen), Counter(seen) - Counter(expected)
    verdict.lost += [f"{name}: {event} is missing" for event in missing.elements()]
    verdict.repeated += [f"{name}: {event} too often" for event in surplus.elements()]
    if _common(expected, seen) != _common(seen, expected):
        verdict.disordered.append(f"{name}: not in the order of the log")


def _common(events: Sequence[str], others: Sequence[str]) -> list[str]:
    known = set(others)
    return [event for event in _first(events) if event in known]


def _first(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))


def _by_key(items: Iterable[tuple[str, str, str]]) -> Mapping[Hashable, list[str]]:
    grouped: dict[Hashable, list[str]] = defaultdict(list)
    for topic, key, event_id in items:
        grouped[topic, key].append(event_id)
    return grouped
