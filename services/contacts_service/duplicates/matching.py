"""All of it on a set of people, or between two: compare candidates, learn the weights, score."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from contacts_service.duplicates.blocking import pairs
from contacts_service.duplicates.comparing import Comparison, compare
from contacts_service.duplicates.grouping import LIKELY
from contacts_service.duplicates.learning import learn
from contacts_service.duplicates.people import Person
from contacts_service.duplicates.scoring import score
from contacts_service.duplicates.weights import Weights


class Matches(NamedTuple):
    """`scores` of the pairs that are rather one person than not, by positions; `candidates` pairs were compared."""

    scores: dict[tuple[int, int], float]
    candidates: int
    weights: Weights


def match(people: Sequence[Person], others: Sequence[Person] | None = None) -> Matches:
    """Within `people`, or between `people` and `others`."""
    opposite = people if others is None else others
    seen: dict[Comparison, Comparison] = {}
    compared: list[tuple[int, int, Comparison]] = []
    for left, right in pairs(people, others):
        comparison = compare(people[left], opposite[right])
        compared.append((left, right, seen.setdefault(comparison, comparison)))
    weights = learn(Counter(comparison for _, _, comparison in compared), people, others)
    scores = {
        (left, right): found
        for left, right, comparison in compared
        if (found := score(people[left], opposite[right], comparison, weights)) >= LIKELY
    }
    return Matches(scores, len(compared), weights)
