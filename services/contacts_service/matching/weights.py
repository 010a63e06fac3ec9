"""What an agreement is worth: Fellegi and Sunter, A Theory for Record Linkage (1969), with a third explanation.

Two records are of one person, of two members of one household, or of strangers. Each explanation says how often each
field agrees: `m` for one person, `u` for strangers; in a household what is shared agrees as in one person and the rest
as between strangers. That is why twins and a father and son with one e-mail are kept apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contacts_service.matching.agreements import ALIKE, DIFFERENT, NEAR, SAME, SWAPPED, Agreement
from contacts_service.matching.comparing import Comparison

FIELDS = Comparison._fields
Shares = Mapping[Agreement, float]

DEFAULT_M: Mapping[str, Shares] = {
    "given_name": {SAME: 0.75, ALIKE: 0.15, NEAR: 0.05, SWAPPED: 0.03, DIFFERENT: 0.02},
    "family_name": {SAME: 0.77, ALIKE: 0.14, NEAR: 0.03, SWAPPED: 0.03, DIFFERENT: 0.03},
    "birthday": {SAME: 0.87, ALIKE: 0.07, NEAR: 0.02, SWAPPED: 0.02, DIFFERENT: 0.02},
    "phone": {SAME: 0.65, ALIKE: 0.05, DIFFERENT: 0.30},
    "email": {SAME: 0.65, ALIKE: 0.10, DIFFERENT: 0.25},
    "street": {SAME: 0.50, ALIKE: 0.20, NEAR: 0.10, DIFFERENT: 0.20},
    "area": {SAME: 0.70, ALIKE: 0.15, NEAR: 0.10, DIFFERENT: 0.05},
}
DEFAULT_U: Mapping[str, Shares] = {
    "given_name": {SAME: 0.01, ALIKE: 0.005, NEAR: 0.015, SWAPPED: 0.0004, DIFFERENT: 0.9696},
    "family_name": {SAME: 0.005, ALIKE: 0.004, NEAR: 0.01, SWAPPED: 0.0002, DIFFERENT: 0.9808},
    "birthday": {SAME: 0.00005, ALIKE: 0.002, NEAR: 0.006, SWAPPED: 0.00002, DIFFERENT: 0.99193},
    "phone": {SAME: 0.0002, ALIKE: 0.0001, DIFFERENT: 0.9997},
    "email": {SAME: 0.0001, ALIKE: 0.0005, DIFFERENT: 0.9994},
    "street": {SAME: 0.0001, ALIKE: 0.0002, NEAR: 0.003, DIFFERENT: 0.9967},
    "area": {SAME: 0.01, ALIKE: 0.02, NEAR: 0.15, DIFFERENT: 0.82},
}
SHARED_AT_HOME: Mapping[str, float] = {
    "given_name": 0.0,
    "family_name": 0.7,
    "birthday": 0.02,
    "phone": 0.3,
    "email": 0.2,
    "street": 0.9,
    "area": 0.95,
}
"""Part of households in which two members have this in common, as one person has it with himself; twins are 1 in 50."""

DUPLICATES_EACH = 0.05
"""Expected duplicates of one record before anything is known; of members of its household there are twice as many."""
HOME_PER_MATCH = 2.0
MONTHLIKE_DAYS = 0.36
COUNTED = ("given_name", "family_name", "phone", "email")
"""Fields in which agreeing on a rare value says more than agreeing on a common one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """`frequencies`: the share of each value among the people, by field. The shares are of all possible pairs."""

    m: Mapping[str, Shares] = field(default_factory=lambda: DEFAULT_M)
    u: Mapping[str, Shares] = field(default_factory=lambda: DEFAULT_U)
    frequencies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    match_share: float
    home_share: float

    def at_home(self, name: str, agreement: Agreement, u: float) -> float:
        shared = SHARED_AT_HOME[name]
        return shared * self.m[name][agreement] + (1 - shared) * u


def with_exchanges(m: Mapping[str, Shares], u: Mapping[str, Shares]) -> dict[str, Shares]:
    """`u` where exchanged values follow from equal ones: they are too rare among strangers to be counted.

    Whoever exchanges the names does so with anybody's, so names weigh what they would in place. A stranger's birthday
    has day and month exchanged by chance, if both are months.
    """
    tied = {"birthday": {**u["birthday"], SWAPPED: u["birthday"][SAME] * MONTHLIKE_DAYS}}
    for name in ("given_name", "family_name"):
        tied[name] = {**u[name], SWAPPED: u[name][SAME] * m[name][SWAPPED] / m[name][SAME]}
    return {**u, **tied}


def default_weights(people: int) -> Weights:
    """Before anything was learnt, for a data set of so many people."""
    match_share = min(0.05, DUPLICATES_EACH * 2 / max(people, 2))
    return Weights(match_share=match_share, home_share=HOME_PER_MATCH * match_share)
