"""Pairs that are probably one person, gathered into people."""

from collections.abc import Iterable, Mapping

LIKELY = 0.5


def group(scores: Mapping[tuple[int, int], float]) -> list[list[int]]:
    """Groups of two and more. Two join, the surest first, if pairs across them are probably one person on average;
    pairs that never met count as 0. So no chain of half-likenesses ties strangers together.
    """
    groups: dict[int, list[int]] = {}
    for (left, right), score in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
        if score < LIKELY:
            break
        one, other = groups.get(left, [left]), groups.get(right, [right])
        if one is not other and _mean(one, other, scores) >= LIKELY:
            joined = [*one, *other]
            groups.update((position, joined) for position in joined)
    return sorted(sorted(members) for members in _distinct(groups.values()))


def _mean(one: list[int], other: list[int], scores: Mapping[tuple[int, int], float]) -> float:
    across = [scores.get((min(a, b), max(a, b)), 0.0) for a in one for b in other]
    return sum(across) / len(across)


def _distinct(groups: Iterable[list[int]]) -> list[list[int]]:
    return list({id(members): members for members in groups}.values())
