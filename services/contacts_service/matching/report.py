"""How well duplicates are found in files that know the truth: `make duplicates-report FILES="a.csv [b.csv]"`.

The layout is Febrl's: `rec-7-org` and `rec-7-dup-0` are one person. One file is searched for duplicates within, two are
linked. Prints one line of JSON, with what equality of names and birthday alone would find beside it.
"""

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations, product
from pathlib import Path
from time import perf_counter

import orjson

from contacts_service.matching.finding import match
from contacts_service.matching.grouping import group
from contacts_service.matching.layouts import person_of_row
from contacts_service.matching.people import Person

Pairs = set[tuple[int, int]]
Figures = dict[str, float]


def report(people: Sequence[Person], others: Sequence[Person] | None = None) -> dict[str, object]:
    """Precision, recall and F1 of pairs, how many pairs were compared, and the same of the baseline."""
    started = perf_counter()
    found = match(people, others)
    judged = set(found.scores) if others is not None else _pairs_within(group(found.scores))
    seconds = perf_counter() - started
    return {
        **figures(judged, people, others),
        "candidates": found.candidates,
        "candidates_per_record": round(found.candidates / max(len(people) + len(others or ()), 1), 1),
        "seconds": round(seconds, 2),
        "baseline": figures(_equal(people, others), people, others),
    }


def figures(found: Pairs, people: Sequence[Person], others: Sequence[Person] | None = None) -> Figures:
    opposite = people if others is None else others
    right = sum(_truth(people[left]) == _truth(opposite[other]) for left, other in found)
    wanted = _true_pairs(people, others)
    precision, recall = right / len(found) if found else 0.0, right / wanted if wanted else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def read_people(path: Path) -> list[Person]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [person_of_row(row) for row in csv.DictReader(lines, skipinitialspace=True)]


def _truth(person: Person) -> str:
    return "-".join(person.id.split("-")[:2])


def _true_pairs(people: Sequence[Person], others: Sequence[Person] | None) -> int:
    counts = Counter(map(_truth, people))
    if others is not None:
        return sum(counts[_truth(other)] for other in others)
    return sum(count * (count - 1) // 2 for count in counts.values())


def _equal(people: Sequence[Person], others: Sequence[Person] | None) -> Pairs:
    """The baseline: the same folded names and birthday."""
    left, right = _by_identity(people), _by_identity(others or ())
    if others is None:
        return _pairs_within(left.values())
    return {pair for identity, own in left.items() for pair in product(own, right.get(identity, ()))}


def _by_identity(people: Sequence[Person]) -> dict[tuple[str, ...], list[int]]:
    blocks: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, person in enumerate(people):
        blocks[person.given.text, person.family.text, person.birthday].append(position)
    return blocks


def _pairs_within(groups: Iterable[Sequence[int]]) -> Pairs:
    return {pair for members in groups for pair in combinations(sorted(members), 2)}


def main(arguments: Sequence[str]) -> None:
    if len(arguments) not in (1, 2):
        sys.exit('Give one file to search for duplicates, or two to link: make duplicates-report FILES="a.csv b.csv"')
    people, *others = (read_people(Path(argument)) for argument in arguments)
    line = orjson.dumps(report(people, others[0] if others else None))
    sys.stdout.write(line.decode() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
