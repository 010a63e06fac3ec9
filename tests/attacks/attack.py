"""What an attack is, and what came of one."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.attacks.ground import Ground


class Tier(StrEnum):
    PR = "pr"
    NIGHTLY = "nightly"


@dataclass(repr=False)
class Result:
    """`tried` in the attack's own unit; `holes` are what should not be. `figures` are extra ones, units in names."""

    attack: str
    seed: int
    tried: int = 0
    holes: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        return self.tried > 0 and not self.holes

    def expect(self, kept: bool, hole: str) -> None:
        if not kept:
            self.holes.append(hole)

    def __repr__(self) -> str:
        bad = "".join(f"\n  {hole}" for hole in self.holes[:50])
        return f"{self.attack}, seed {self.seed}: {self.tried} tried, {len(self.holes)} holes, {self.figures}{bad}"


@dataclass(frozen=True)
class Attack:
    """`asked` says in words what must hold, with the sizes of the tiers; `run` takes the size and the seed."""

    id: str
    title: str
    asked: str
    sizes: Mapping[Tier, float]
    run: Callable[["Ground", float, int], Awaitable[Result]]
