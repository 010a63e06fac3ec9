"""The latest trial of each fault on each log: docs/reliability.json, and docs/reliability.md drawn from it."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults.trial import Fault, Result

DOCS = Path(__file__).parents[2] / "docs"
INTRODUCTION = """# Reliability

Written by `make faults TIER=nightly`: of each fault on each log its latest trial. Each trial runs the whole system as
child processes on one machine: gateway, services, a PostgreSQL with fsync, and the event log on PostgreSQL or on Apache
Kafka. Writers go through the gateway and repeat each write with its idempotency key until it is answered. When all is
quiet again a judge, which knows nothing of the product's code and is itself tested with planted bugs, compares what was
acknowledged with the owners' tables, the log, every projection (versions and a hash a tenant) and a witness whose
effect cannot be repeated unnoticed.

*Lost*: acknowledged, and missing in a table, the log or a projection. *Twice*: a write or an event applied again.
*Disordered*: events of a key out of the order of its writes. *Stalled*: seconds until all had caught up, counted from
the last fault or the last answer, whichever came later. `make faults TIER=nightly ONLY=F1 ON=kafka SEED=...` plays a
schedule again.
"""
COLUMNS = "Fault Log Events Faults Lost Twice Disordered Wrong Stalled,_s Seed Verdict Code Of"
HEAD = f"| {COLUMNS.replace(' ', ' | ').replace('_', ' ')} |\n|---|---|{'---:|' * 8}---|---|---|\n"
COUNTS = ("lost", "twice", "disordered", "wrong")
Trial = Mapping[str, Any]


def write(faults: Sequence[Fault], machine: Sequence[str], trials: Sequence[Trial], folder: Path = DOCS) -> None:
    """Adds `trials` to what is reported, each in the place of an older one of the same fault and log."""
    file = folder / "reliability.json"
    known = json.loads(file.read_text())["trials"] if file.exists() else []
    where = {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "code": _code(), "machine": list(machine)}
    newest = {(each["fault"], each["transport"]): each for each in known}
    newest |= {(each["fault"], each["transport"]): {**each, **where} for each in trials}
    order = {fault.id: place for place, fault in enumerate(faults)}
    shown = sorted(newest.values(), key=lambda each: (order[each["fault"]], each["transport"] == "kafka"))
    file.write_text(json.dumps({"trials": shown}, indent=2, ensure_ascii=False) + "\n")
    (folder / "reliability.md").write_text(_page(faults, shown))


def trial_of(result: Result) -> dict[str, Any]:
    verdict = result.verdict
    found = zip(COUNTS, (verdict.lost, verdict.repeated, verdict.disordered, verdict.wrong), strict=True)
    return {
        "fault": result.fault,
        "transport": result.transport,
        "seed": result.schedule.seed,
        "events": result.events,
        "faults": result.faults,
        **{name: len(each) for name, each in found},
        "stalled_s": round(result.stalled_s, 1),
        "held": result.held,
        "figures": result.figures,
        "trouble": None if result.held else str(result),
    }


def broken_down(fault: Fault, transport: str, seed: int, error: Exception) -> dict[str, Any]:
    """A trial that did not reach its end."""
    unknown = dict.fromkeys(("events", "faults", *COUNTS, "stalled_s"))
    return {"fault": fault.id, "transport": transport, "seed": seed, **unknown, "held": False, "figures": {},
            "trouble": f"broke down: {error!r}"}  # fmt: skip


def _page(faults: Sequence[Fault], trials: Sequence[Trial]) -> str:
    machines = dict.fromkeys(line for each in trials for line in each["machine"] if not line.startswith("Load"))
    parts = [INTRODUCTION, "".join(f"- {line}\n" for line in machines), HEAD + "".join(map(_row, trials))]
    parts += ["## What must hold\n\n" + "".join(f"- **{each.id}** {each.title}: {each.promise}.\n" for each in faults)]
    parts += ["## Further figures\n\n" + "".join(_figures(each) for each in trials if each["figures"])]
    bad = [each["trouble"] for each in trials if each["trouble"]]
    parts += ["## Not kept\n\n" + "".join(f"```\n{each}\n```\n" for each in bad)] if bad else []
    return "\n".join(parts)


def _row(trial: Trial) -> str:
    numbers = [trial[name] for name in ("events", "faults", *COUNTS)]
    cells = [trial["fault"], trial["transport"], *("–" if each is None else f"{each:,}" for each in numbers),
             trial["stalled_s"], trial["seed"], "held" if trial["held"] else "**failed**", trial["code"],
             trial["at"]]  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |\n"


def _figures(trial: Trial) -> str:
    named = ", ".join(f"{name} {value:g}" for name, value in trial["figures"].items())
    return f"- {trial['fault']}, {trial['transport']}: {named}\n"


def _code() -> str:
    command = ["git", "-C", str(DOCS), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
