"""All of it on a set of people, or between two: compare candidates, learn the weights, score."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from contacts_service.matching.blocking import pairs
from contacts_service.matching.comparing import Comparison, compare
from contacts_service.matching.grouping import LIKELY
from contacts_service.matching.learning import learn
from contacts_service.matching.people import Person
from contacts_service.matching.scoring import score
from contacts_service.matching.weights import Weights


class Matches(NamedTuple):
    """`scores` of the pairs that are rather one person than not, by positions; `candidates` pairs were compared."""

    scores: dict[tuple[int, int], float]
    candidates: int
    weights: Weights


def match(people: Sequence[Person], others: Sequence[Person] | None = None) -> Matches:
    """Within `people`, or between `people` and `others`. Takes some 10 bytes for each candidate."""
    opposite = people if others is None else others
    alike = _compared(people, opposite, pairs(people, others))
    counts = {comparison: len(positions) // 2 for comparison, positions in alike.items()}
    weights = learn(counts, people, others)
    scores = {
        (left, right): found
        for comparison, positions in alike.items()
        for left, right in zip(positions[::2], positions[1::2], strict=True)
        if (found := score(people[left], opposite[right], comparison, weights)) >= LIKELY
    }
    return Matches(scores, sum(counts.values()), weights)


def _compared(
    people: Sequence[Person], others: Sequence[Person], candidates: Iterable[tuple[int, int]]
) -> dict[Comparison, "array[int]"]:
    """The positions of each pair, one after the other, by how they compare."""
    alike: defaultdict[Comparison, array[int]] = defaultdict(lambda: array("I"))
    for left, right in candidates:
        alike[compare(people[left], others[right])].extend((left, right))
    return alike
