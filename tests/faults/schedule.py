"""What is done to a system, and when: drawn from a seed, so that a schedule that showed a fault can be played again."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random


@dataclass(frozen=True)
class Step:
    """After `after_s` seconds of quiet `action` befalls `target`, for `for_s` seconds where it lasts."""

    after_s: float
    action: str
    target: str
    for_s: float = 0.0


@dataclass(frozen=True)
class Schedule:
    seed: int
    steps: tuple[Step, ...]

    @property
    def duration_s(self) -> float:
        return sum(step.after_s + step.for_s for step in self.steps)

    def __str__(self) -> str:
        """On one line, as JSON."""
        return json.dumps([list(asdict(step).values()) for step in self.steps])


def draw(
    seed: int,
    count: int,
    *,
    action: str,
    targets: Sequence[str],
    after_s: tuple[float, float],
    for_s: tuple[float, float] = (0.0, 0.0),
) -> Schedule:
    """`count` steps; times are drawn evenly from the given ranges. Each target has its turn before any comes again."""
    random = Random(seed)
    turns: list[str] = []
    while len(turns) < count:
        turns += random.sample(targets, len(targets))
    steps = (
        Step(round(random.uniform(*after_s), 2), action, target, round(random.uniform(*for_s), 2))
        for target in turns[:count]
    )
    return Schedule(seed, tuple(steps))
