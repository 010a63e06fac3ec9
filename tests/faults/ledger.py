"""What was acknowledged, and what follows from it: kept by the writers, knowing nothing of the product's code."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

Versions = Mapping[str, tuple[int, str]]
"""By the aggregate's id: its version, and what must be known of it at that version."""


class Kind(StrEnum):
    CONTACT = "contact"
    INTERACTION = "interaction"
    ORDER = "order"


class Ack(NamedTuple):
    """The answer to one write. `token` is a text that this write alone brought; `key` is the contact it is about."""

    kind: Kind
    aggregate: str
    version: int
    token: str
    key: str
    amount: int = 0


@dataclass
class Ledger:
    """Acknowledgements, those of a key in the order of its writes: nobody writes to a key before the last answer."""

    acks: list[Ack] = field(default_factory=list)

    def newest(self, kind: Kind) -> dict[str, Ack]:
        """The last acknowledged write to each aggregate of a kind."""
        newest: dict[str, Ack] = {}
        for ack in self.acks:
            if ack.kind is kind and (ack.aggregate not in newest or newest[ack.aggregate].version < ack.version):
                newest[ack.aggregate] = ack
        return newest

    def versions(self, kind: Kind) -> Versions:
        return {ack.aggregate: (ack.version, ack.token) for ack in self.newest(kind).values()}

    def known_interactions(self) -> Versions:
        return {ack.aggregate: (ack.version, ack.key) for ack in self.newest(Kind.INTERACTION).values()}

    def known_orders(self) -> Versions:
        newest = self.newest(Kind.ORDER).values()
        return {ack.aggregate: (ack.version, f"{ack.key} {ack.amount}") for ack in newest}

    def features(self) -> Versions:
        """Of each contact: orders, revenue, and how often somebody spoke with them."""
        orders, revenue, spoken = defaultdict[str, int](int), defaultdict[str, int](int), defaultdict[str, int](int)
        for order in self.newest(Kind.ORDER).values():
            orders[order.key] += 1
            revenue[order.key] += order.amount
        for interaction in self.newest(Kind.INTERACTION).values():
            spoken[interaction.key] += 1
        return {
            contact.aggregate: (contact.version, f"{orders[key]} {revenue[key]} {spoken[key]}")
            for key, contact in self.newest(Kind.CONTACT).items()
        }


def digest(versions: Versions) -> str:
    """One hash for all of a tenant's rows. PostgreSQL computes the same of what it has stored."""
    return sha256("\n".join(lines(versions)).encode()).hexdigest()


def lines(versions: Versions) -> Iterable[str]:
    return (f"{aggregate} {version} {known}" for aggregate, (version, known) in sorted(versions.items()))
