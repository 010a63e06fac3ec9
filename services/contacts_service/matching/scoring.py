"""How probable it is that two records are one person, and every reason for it."""

from collections.abc import Iterator
from math import log2
from typing import NamedTuple

from contacts_service.matching.agreements import MISSING, SAME, SWAPPED, Agreement
from contacts_service.matching.comparing import Comparison, compare
from contacts_service.matching.comparing_names import compare_name
from contacts_service.matching.people import Name, Person
from contacts_service.matching.weights import COUNTED, FIELDS, Weights

PRIOR, HOUSEHOLD = "prior", "household"
GIVEN, FAMILY = "given_name", "family_name"
NAMES = (GIVEN, FAMILY)


class Reason(NamedTuple):
    """`weight` in bits, positive for one person. `field` is also `prior`, how rare duplicates are at all, and
    `household`, what is taken back because people who live together share it.
    """

    field: str
    agreement: Agreement
    left: str
    right: str
    weight: float


class Score(NamedTuple):
    """`probability` 0 to 1; its log odds in bits are the sum of the reasons' weights."""

    probability: float
    reasons: tuple[Reason, ...]


def explain(left: Person, right: Person, weights: Weights) -> Score:
    """The probability that both are one person, taken apart."""
    comparison = compare(left, right)
    strangers = 1 - weights.match_share - weights.home_share
    reasons = [Reason(PRIOR, MISSING, "", "", log2(weights.match_share / strangers))]
    home = weights.home_share / strangers
    for name, agreement, m, u in _likelihoods(left, right, comparison, weights):
        home *= weights.at_home(name, agreement, u) / u
        reasons.append(Reason(name, agreement, *_shown(name, agreement, left, right, weights), log2(m / u)))
    reasons.append(Reason(HOUSEHOLD, MISSING, "", "", -log2(1 + home)))
    return Score(_probability(sum(reason.weight for reason in reasons)), tuple(reasons))


def score(left: Person, right: Person, comparison: Comparison, weights: Weights) -> float:
    """The same probability without the reasons, for many pairs."""
    strangers = 1 - weights.match_share - weights.home_share
    match, home = weights.match_share / strangers, weights.home_share / strangers
    for name, agreement, m, u in _likelihoods(left, right, comparison, weights):
        match *= m / u
        home *= weights.at_home(name, agreement, u) / u
    return match / (1 + home + match)


def _likelihoods(
    left: Person, right: Person, comparison: Comparison, weights: Weights
) -> Iterator[tuple[str, Agreement, float, float]]:
    for name, agreement in zip(FIELDS, comparison, strict=True):
        if agreement is not MISSING:
            m, u = weights.m[name][agreement], weights.u[name][agreement]
            if agreement is SAME and name in COUNTED:
                u = _coincidence(name, left, right, weights) or u
            elif agreement is SWAPPED and name in COUNTED:
                u *= _rarity(name, *crossed(name, left, right, weights), weights)
            yield name, agreement, m, u


def _coincidence(name: str, left: Person, right: Person, weights: Weights) -> float:
    """How often a stranger has the value that both have."""
    shares = weights.frequencies.get(name, {})
    common = set(counted_values(left, name)) & set(counted_values(right, name))
    return min((shares.get(value, 0.0) for value in common), default=0.0)


def _rarity(name: str, one: Name, other: Name, weights: Weights) -> float:
    """How much more often than any two names these two agree by chance, whichever of the names they are."""
    u, tables = weights.u[name], [weights.u[kind] for kind in NAMES]
    if (agreement := compare_name(one, other)) is not SAME:
        return max(table[agreement] for table in tables) / u[SAME]
    share = max(weights.frequencies.get(kind, {}).get(one.text, 0.0) for kind in NAMES)
    return (share or u[SAME]) / u[SAME]


def crossed(name: str, left: Person, right: Person, weights: Weights) -> tuple[Name, Name]:
    """The exchanged names that agree: as the given name those that are more usual as one, whatever side they are on.
    A single pair stands for the family name.
    """
    pairs = [pair for pair in ((left.given, right.family), (left.family, right.given)) if pair[0].text and pair[1].text]
    pairs.sort(key=lambda pair: _givenness(pair, weights))
    return pairs[0 if name == GIVEN else -1]


def _givenness(pair: tuple[Name, Name], weights: Weights) -> tuple[float, list[str]]:
    """Sorts given names first, and the same from either side."""
    given, family = (weights.frequencies.get(kind, {}) for kind in NAMES)
    texts = sorted(name.text for name in pair)
    return sum(family.get(text, 0.0) - given.get(text, 0.0) for text in texts), texts


def counted_values(person: Person, name: str) -> tuple[str, ...]:
    match name:
        case "given_name":
            return (person.given.text,)
        case "family_name":
            return (person.family.text,)
        case "phone":
            return person.phones
        case _:
            return person.emails


def _probability(bits: float) -> float:
    return 1 / (1 + 2**-bits)


def _shown(name: str, agreement: Agreement, left: Person, right: Person, weights: Weights) -> tuple[str, str]:
    if agreement is SWAPPED and name in COUNTED:
        one, other = crossed(name, left, right, weights)
        return one.shown, other.shown
    return _value(left, name), _value(right, name)


def _value(person: Person, name: str) -> str:
    match name:
        case "given_name":
            return person.given.shown
        case "family_name":
            return person.family.shown
        case "street":
            return f"{person.house} {person.street}".strip()
        case "area":
            return " ".join(filter(None, (person.district, person.province, person.postcode)))
        case "birthday":
            return person.birthday
        case _:
            return ", ".join(counted_values(person, name))
