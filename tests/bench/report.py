"""docs/benchmarks.md for people, docs/benchmarks.json for programs."""

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from tests.bench.figures import Figure

DOCS = Path(__file__).parents[2] / "docs"
INTRODUCTION = """# Benchmarks

Written by `make bench`. Each figure is the median of its rounds, with the lowest and the highest round beside it.
Load generator, servers, PostgreSQL and Kafka share one machine, so absolute figures are of that machine and hour;
ratios come from loads that took turns in the same run, and travel better.
`bare ASGI + asyncpg` is `tests/bench/baseline.py`: the same rows of the same tables by one hand-written statement a
request, without framework, ORM, tokens, validation or idempotency. It is a floor, not a competitor.
HTTP loads are closed loops over 8 connections on 127.0.0.1, on 10,000 contacts after VACUUM ANALYZE, one server
process each, without the worker. Memory is of the processes that served them; RSS counts what they share for each.
"""


def write(figures: Sequence[Figure], machine: Iterable[str], note: str) -> None:
    ordered = sorted(figures, key=lambda each: each.unit != "×")
    parts = [INTRODUCTION, *([f"**{note}**\n"] if note else []), "\n".join(f"- {line}" for line in machine) + "\n"]
    parts += _tables(ordered)
    (DOCS / "benchmarks.md").write_text("\n".join(parts))
    flat = {each.name: float(f"{each.value:.4g}") for each in figures}
    (DOCS / "benchmarks.json").write_text(json.dumps(flat, indent=2, sort_keys=True) + "\n")


def _tables(figures: Sequence[Figure]) -> list[str]:
    """Ratios are in front, under a heading of their own."""
    return [
        f"## {title}\n\n| What | Median | Lowest – highest | Unit | Rounds |\n|---|---:|---:|---|---:|\n"
        + "".join(_line(each) for each in of_title)
        for title, of_title in groupby(figures, key=lambda each: "Ratios" if each.unit == "×" else each.section)
    ]


def _line(each: Figure) -> str:
    spread = f"{_digits(each.lowest)} – {_digits(each.highest)}" if each.rounds > 1 else ""
    return f"| {each.what} | {_digits(each.value)} | {spread} | {each.unit} | {each.rounds} |\n"


def _digits(value: float) -> str:
    """Three that count; what is below the noise is not shown."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
