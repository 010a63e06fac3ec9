"""Figures, and how they come from rounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """The median of some rounds, with the lowest and the highest. `name` is for programs and never changes meaning.

    Figures of one section and one `what` that have a `column` each are shown on one line.
    """

    name: str
    section: str
    what: str
    value: float
    unit: str
    lowest: float
    highest: float
    rounds: int
    column: str | None = None


def figure(
    section: str, name: str, what: str, rounds: Sequence[float], unit: str, *, column: str | None = None
) -> Figure:
    return Figure(name, section, what, median(rounds), unit, min(rounds), max(rounds), len(rounds), column)


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest rank; 0 of nothing."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0
