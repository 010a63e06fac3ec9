"""docs/reliability.md for people, docs/reliability.json for programs; written anew after each trial."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.trial import Fault, Result

DOCS = Path(__file__).parents[2] / "docs"
INTRODUCTION = """# Reliability

Written by `make faults TIER=nightly`. Each trial runs the whole system as child processes on one machine: gateway,
services, a PostgreSQL with fsync, and the event log on PostgreSQL or on Apache Kafka. Writers go through the gateway
and repeat each write with its idempotency key until it is answered. When all is quiet again a judge, which knows
nothing of the product's code and is itself tested with planted bugs, compares what was acknowledged with the owners'
tables, the log, every projection (versions and a hash a tenant) and a witness whose effect cannot be repeated
unnoticed.

*Lost*: acknowledged, and missing in a table, the log or a projection. *Twice*: a write or an event applied again.
*Disordered*: events of a key out of the order of its writes. *Stalled*: seconds until all had caught up, counted from
the last fault or the last answer, whichever came later. `make faults TIER=nightly ONLY=F1 SEED=...` plays a schedule
again.
"""
HEAD = """| Fault | Log | Events | Faults | Lost | Twice | Disordered | Wrong | Stalled, s | Seed | Verdict |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|
"""


def write(results: Sequence[Result], faults: Sequence[Fault], machine: Iterable[str], failures: Sequence[str]) -> None:
    """All that was seen so far. `failures` are trials that broke down before their end."""
    facts = [f"Of {datetime.now(UTC):%Y-%m-%d %H:%M} UTC", *machine]
    parts = [INTRODUCTION, "\n".join(f"- {line}" for line in facts) + "\n", HEAD + "".join(map(_row, results))]
    parts += ["## What must hold\n\n" + "".join(f"- **{each.id}** {each.title}: {each.promise}.\n" for each in faults)]
    parts += ["## Further figures\n\n" + "".join(map(_figures, results))]
    bad = [*(str(result) for result in results if not result.held), *failures]
    parts += ["## Not kept\n\n" + "".join(f"```\n{each}\n```\n" for each in bad)] if bad else []
    (DOCS / "reliability.md").write_text("\n".join(parts))
    flat = {"machine": facts, "trials": [_facts(result) for result in results], "failures": list(failures)}
    (DOCS / "reliability.json").write_text(json.dumps(flat, indent=2) + "\n")


def _row(result: Result) -> str:
    cells = [result.fault, result.transport, f"{result.events:,}", f"{result.faults:,}", *_counts(result).values(),
             f"{result.stalled_s:.1f}", result.schedule.seed, "held" if result.held else "**failed**"]  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |\n"


def _figures(result: Result) -> str:
    named = ", ".join(f"{name} {value:g}" for name, value in result.figures.items())
    return f"- {result.fault}, {result.transport}: {named}\n"


def _counts(result: Result) -> dict[str, int]:
    verdict = result.verdict
    found = {
        "lost": verdict.lost,
        "twice": verdict.repeated,
        "disordered": verdict.disordered,
        "wrong": verdict.wrong,
    }
    return {name: len(each) for name, each in found.items()}


def _facts(result: Result) -> dict[str, object]:
    return {
        "fault": result.fault,
        "transport": result.transport,
        "seed": result.schedule.seed,
        "events": result.events,
        "faults": result.faults,
        **_counts(result),
        "stalled_s": round(result.stalled_s, 1),
        **result.figures,
        "held": result.held,
    }
