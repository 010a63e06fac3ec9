"""docs/benchmarks.md for people, docs/benchmarks.json for programs."""

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.plan import Plan
from tests.bench.targets import GOALS

DOCS = Path(__file__).parents[2] / "docs"
INTRODUCTION = """# Benchmarks

Written by `make bench`. Each figure is the median of its rounds; ratios have the lowest and the highest round beside
them. Load generator, servers, PostgreSQL and Kafka share one machine, so absolute figures are of that machine and hour;
ratios come from loads that took turns in the same run, round by round, and travel better.
`bare ASGI + asyncpg` is `tests/bench/baseline.py`: the same rows of the same tables by one hand-written, prepared
statement a request under row-level security, without framework, ORM, tokens, validation or idempotency. It is a floor,
not a competitor.

HTTP loads are closed loops over {connections} connections on 127.0.0.1, one server process each, without the worker, on
{contacts:,} contacts after VACUUM ANALYZE: {tenants} tenants of very different size, the largest of which has
{share:.0%} of all contacts and is the one that is asked. CPU is user and system time a request, of the process with its
descendants: `postgresql` with all its backends, `load` is the load generator. A target is what we want to reach on a
machine of two CPUs that has nothing else to do.
"""


def write(
    figures: Sequence[Figure], machine: Iterable[str], plan: Plan, remarks: Sequence[str], folder: Path = DOCS
) -> None:
    parts = [
        _introduction(plan),
        *(f"**{remark}**\n" for remark in remarks),
        "\n".join(f"- {line}" for line in machine),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmarks.md").write_text("\n".join([*parts, "", *_tables(figures)]))
    flat = {each.name: float(f"{each.value:.4g}") for each in figures}
    (folder / "benchmarks.json").write_text(json.dumps(flat, indent=2, sort_keys=True) + "\n")


def _introduction(plan: Plan) -> str:
    sizes = plan.sizes(plan.contacts)
    return INTRODUCTION.format(
        connections=plan.connections, contacts=plan.contacts, tenants=plan.tenants, share=sizes[0] / plan.contacts
    )


def _tables(figures: Sequence[Figure]) -> list[str]:
    """Ratios are in front, then what else has a target, then everything that was measured, by section."""
    ratios = sorted((each for each in figures if each.unit == "×"), key=lambda each: each.name not in GOALS)
    rest = [each for each in figures if each.unit != "×"]
    aimed = [each for each in rest if each.name in GOALS]
    return [
        *([_with_goals("Ratios", ratios)] if ratios else []),
        *([_with_goals("Other figures with a target", aimed)] if aimed else []),
        *(_section(title, list(group)) for title, group in groupby(rest, key=lambda each: each.section)),
    ]


def _with_goals(title: str, figures: Sequence[Figure]) -> str:
    head = "| What | Median | Lowest – highest | Unit | Target | Met | Rounds |\n|---|---:|---:|---|---:|---|---:|\n"
    return f"## {title}\n\n{head}" + "".join(
        f"| {_what(each)} | {_digits(each.value)} | {_spread(each)} | {each.unit} | {_goal(each)} | {each.rounds} |\n"
        for each in figures
    )


def _section(title: str, figures: Sequence[Figure]) -> str:
    columns = list(dict.fromkeys(each.column for each in figures if each.column is not None))
    return f"## {title}\n\n" + (_wide(figures, columns) if columns else _long(figures))


def _long(figures: Sequence[Figure]) -> str:
    return "| What | Median | Lowest – highest | Unit | Rounds |\n|---|---:|---:|---|---:|\n" + "".join(
        f"| {each.what} | {_digits(each.value)} | {_spread(each)} | {each.unit} | {each.rounds} |\n" for each in figures
    )


def _wide(figures: Sequence[Figure], columns: Sequence[str]) -> str:
    """Medians: a line for each `what`, a place for each of the columns."""
    lines = [f"| What | {' | '.join(columns)} |\n|---|{'---:|' * len(columns)}\n"]
    for what, group in groupby(figures, key=lambda each: each.what):
        values = {each.column: _digits(each.value) for each in group}
        lines.append(f"| {what} | {' | '.join(values.get(column, '') for column in columns)} |\n")
    return "".join(lines)


def _what(each: Figure) -> str:
    return each.what if each.column is None else f"{each.what}, {each.column}"


def _goal(each: Figure) -> str:
    goal = GOALS.get(each.name)
    if goal is None:
        return " | "
    return f"{goal} | {'yes' if goal.is_met_by(each.value) else '**no**'}"


def _spread(each: Figure) -> str:
    return f"{_digits(each.lowest)} – {_digits(each.highest)}" if each.rounds > 1 else ""


def _digits(value: float) -> str:
    """Three that count; what is below the noise is not shown."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
