"""The latest run of each attack: docs/security.json, and docs/security.md drawn from it."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.attacks.attack import Attack, Result

DOCS = Path(__file__).parents[2] / "docs"
INTRODUCTION = """# Security

Written by `make attacks TIER=nightly`: of each attack its latest run, against the gateway in front of the real services
on a real PostgreSQL. A smaller size of each runs in `make test`. `make attacks TIER=nightly ONLY=A2 SEED=...` makes the
same choices again; ids, keys and tokens are new in each run.

"""
HEAD = "| Attack | Tried | Holes | Seed | Verdict | Code | Of |\n|---|---:|---:|---:|---|---|---|\n"
Run = Mapping[str, Any]


def write(attacks: Sequence[Attack], runs: Sequence[Run], folder: Path = DOCS) -> None:
    """Puts `runs` in the place of older ones of the same attacks."""
    file = folder / "security.json"
    known = json.loads(file.read_text())["runs"] if file.exists() else []
    newest = {each["attack"]: each for each in [*known, *runs]}
    shown = [newest[attack.id] for attack in attacks if attack.id in newest]
    file.write_text(json.dumps({"runs": shown}, indent=2, ensure_ascii=False) + "\n")
    (folder / "security.md").write_text(_page(attacks, shown))


def run_of(attack: Attack, result: Result) -> dict[str, Any]:
    return {
        "attack": attack.id,
        "asked": attack.asked,
        "tried": result.tried,
        "holes": result.holes[:20],
        "hole_count": len(result.holes),
        "held": result.held,
        "figures": result.figures,
        "seed": result.seed,
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "code": _code(),
    }


def broken_down(attack: Attack, seed: int, error: Exception) -> dict[str, Any]:
    """An attack that did not reach its end."""
    return run_of(attack, Result(attack.id, seed, holes=[f"broke down: {error!r}"]))


def _page(attacks: Sequence[Attack], runs: Sequence[Run]) -> str:
    parts = [INTRODUCTION, HEAD, *map(_row, runs), "\n## What is tried, and what must hold\n\n"]
    parts += [f"- **{each.id}** {each.title}: {each.asked}.\n" for each in attacks]
    parts += ["\n## Further figures\n\n", *(_figures(each) for each in runs if each["figures"])]
    holes = [f"- {each['attack']}: {hole}\n" for each in runs for hole in each["holes"]]
    return "".join([*parts, *(["\n## Holes\n\n", *holes] if holes else [])])


def _row(run: Run) -> str:
    verdict = "held" if run["held"] else "**failed**"
    cells = [run["attack"], f"{run['tried']:,}", run["hole_count"], run["seed"], verdict, run["code"], run["at"]]
    return "| " + " | ".join(map(str, cells)) + " |\n"


def _figures(run: Run) -> str:
    return f"- {run['attack']}: {', '.join(f'{name} {value:g}' for name, value in run['figures'].items())}\n"


def _code() -> str:
    command = ["git", "-C", str(DOCS), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
