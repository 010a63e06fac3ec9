"""How much is measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

SKEW = 1.4
"""Of Zipf's law: the largest of twenty tenants has 42 % of all contacts, the smallest 0.6 %."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`rounds` of everything; `load_s` of each load on each target in each round.

    `contacts` are spread over `tenants`; growth is measured from `first_contacts` on, if those are fewer. `imported`
    rows a file; `scanned` contacts are looked through for duplicates. `events` a round of the event measurements,
    `backlog` of them wait for a worker that was away.
    Whatever is 0 is left out.
    """

    name: str
    rounds: int
    contacts: int
    first_contacts: int
    load_s: float
    imported: int = 0
    scanned: int = 0
    events: int = 0
    latency_s: float = 0.0
    backlog: int = 0
    tenants: int = 20
    connections: int = 8

    @property
    def is_whole(self) -> bool:
        """All about contacts, not only what is compared."""
        return self.imported > 0

    def sizes(self, contacts: int) -> Sequence[int]:
        """How many contacts each tenant has, the largest first."""
        weights = [1 / rank**SKEW for rank in range(1, self.tenants + 1)]
        ends = [round(contacts * part / sum(weights)) for part in accumulate(weights, initial=0)]
        return [end - start for start, end in pairwise(ends)]


FULL = Plan(
    name="full",
    rounds=5,
    contacts=1_000_000,
    first_contacts=100_000,
    load_s=2.0,
    imported=100_000,
    scanned=100_000,
    events=40_000,
    latency_s=10.0,
    backlog=1_000_000,
)
CONTACTS = Plan(
    name="contacts", rounds=3, contacts=1_000_000, first_contacts=100_000, load_s=1.5, imported=100_000, scanned=100_000
)
"""The whole of what concerns contacts, without events."""
QUICK = Plan(name="quick", rounds=3, contacts=100_000, first_contacts=100_000, load_s=0.7)
TINY = Plan(name="tiny", rounds=1, contacts=20_000, first_contacts=10_000, load_s=0.3, imported=1_000, scanned=5_000)
"""To try the harness itself: its figures mean nothing."""
PLANS = {each.name: each for each in (FULL, CONTACTS, QUICK, TINY)}
