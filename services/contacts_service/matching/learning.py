"""Weights learnt from the people themselves, without labels.

`u` is how often strangers agree, seen in pairs drawn at random; `m` and the shares of pairs that are one person or one
household come from expectation maximisation over the candidates (Winkler, 1988). The defaults count as if they had been
seen in a few pairs, so small data sets keep to them and large ones speak for themselves.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from contacts_service.matching.agreements import MISSING, Agreement
from contacts_service.matching.comparing import Comparison, compare
from contacts_service.matching.people import Person
from contacts_service.matching.scoring import counted_values
from contacts_service.matching.weights import (
    COUNTED,
    DEFAULT_M,
    DEFAULT_U,
    FIELDS,
    Shares,
    Weights,
    default_weights,
    with_exchanges,
)

RANDOM_PAIRS = 20_000
DEFAULT_U_PAIRS = 5_000
DEFAULT_M_PAIRS = 20
ROUNDS = 25
Counts = Mapping[Comparison, float]


def learn(
    candidates: Mapping[Comparison, int],
    people: Sequence[Person],
    others: Sequence[Person] | None = None,
    *,
    size: int | None = None,
) -> Weights:
    """`candidates`: how many of the compared pairs agree in which way.

    With `size`, the people are a sample of so many and the candidates their pairs with all of them.
    """
    everybody = [*people, *(others or ())]
    possible = _possible(len(people), None if others is None else len(others), size)
    start = default_weights(size or len(everybody))
    weights = Weights(
        u=_blended(_strangers(everybody), DEFAULT_U, DEFAULT_U_PAIRS),
        frequencies=_frequencies(everybody),
        match_share=start.match_share,
        home_share=start.home_share,
    )
    for _ in range(ROUNDS):
        weights = _improved(weights, candidates, max(possible, 1), start)
    return weights


def _possible(people: int, others: int | None, size: int | None) -> int:
    within = people * (people - 1) // 2
    if size is not None:
        return within + people * max(size - people, 0)
    return within if others is None else people * others


def _improved(weights: Weights, candidates: Mapping[Comparison, int], possible: int, start: Weights) -> Weights:
    matches: dict[Comparison, float] = {}
    homes = 0.0
    for comparison, count in candidates.items():
        match, home = _responsibility(comparison, weights)
        matches[comparison] = match * count
        homes += home * count
    m = _blended(matches, DEFAULT_M, DEFAULT_M_PAIRS)
    return Weights(
        m=m,
        u=with_exchanges(m, weights.u),
        frequencies=weights.frequencies,
        match_share=_share(sum(matches.values()), start.match_share, possible),
        home_share=_share(homes, start.home_share, possible),
    )


def _responsibility(comparison: Comparison, weights: Weights) -> tuple[float, float]:
    """Probabilities of one person and of one household."""
    match, home, strangers = weights.match_share, weights.home_share, 1 - weights.match_share - weights.home_share
    for name, agreement in zip(FIELDS, comparison, strict=True):
        if agreement is not MISSING:
            m, u = weights.m[name][agreement], weights.u[name][agreement]
            match, home, strangers = match * m, home * weights.at_home(name, agreement, u), strangers * u
    total = match + home + strangers
    return match / total, home / total


def _share(seen: float, expected: float, possible: int) -> float:
    """Of all pairs; what was expected counts like DEFAULT_M_PAIRS seen, or fewer where fewer are possible."""
    believed = min(DEFAULT_M_PAIRS / expected, possible)
    return min((seen + expected * believed) / (possible + believed), 0.4)


def _blended(seen: Counts, defaults: Mapping[str, Shares], default_pairs: int) -> dict[str, Shares]:
    """Shares of each agreement by field; the defaults count as `default_pairs` more."""
    sums: dict[str, dict[Agreement, float]] = {
        name: {agreement: share * default_pairs for agreement, share in shares.items()}
        for name, shares in defaults.items()
    }
    for comparison, count in seen.items():
        for name, agreement in zip(FIELDS, comparison, strict=True):
            if agreement is not MISSING:
                sums[name][agreement] += count
    return {name: _normalised(counts) for name, counts in sums.items()}


def _normalised(counts: Mapping[Agreement, float]) -> Shares:
    total = sum(counts.values())
    return {agreement: count / total for agreement, count in counts.items()}


def _strangers(everybody: Sequence[Person]) -> Counts:
    """Comparisons of pairs drawn at random, the same ones for the same people."""
    if len(everybody) < 2:
        return {}
    random = Random(len(everybody))  # noqa: S311 - a sample, not a secret
    wanted = min(RANDOM_PAIRS, len(everybody) * (len(everybody) - 1) // 2)
    drawn = (random.sample(range(len(everybody)), 2) for _ in range(wanted))
    return Counter(compare(everybody[one], everybody[other]) for one, other in drawn)


def _frequencies(everybody: Sequence[Person]) -> dict[str, dict[str, float]]:
    return {name: _value_shares(everybody, name) for name in COUNTED}


def _value_shares(everybody: Sequence[Person], name: str) -> dict[str, float]:
    """Of the values that several have: how many others have the same."""
    counts = Counter(value for person in everybody for value in counted_values(person, name) if value)
    total = sum(counts.values())
    return {value: (count - 1) / total for value, count in counts.items() if count > 1}
