"""Runs schemathesis as its own program, and reads what it reports."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.contracts import OPENAPI
from tests.api.running import Running

CONFIG = Path(__file__).with_name("schemathesis.toml")
ROOT = Path(__file__).parents[2]
SEED = 20261126
FOUND_SOMETHING = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """`cases` is how many requests each operation gets in a phase; `options` limit the phases."""

    cases: int
    phases: str
    seconds: int
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    requests: int
    operations: int
    failures: list[str]
    output: str


def run(system: Running, token: str, plan: Plan, folder: Path, *, seed: int = SEED) -> Outcome:
    report = folder / "report.json"
    options = [
        *("--url", system.url, "--header", f"Authorization: Bearer {token}", "--seed", str(seed)),
        *("--phases", plan.phases, "--max-examples", str(plan.cases), "--max-time", str(plan.seconds)),
        *("--report", "json", "--report-json-path", str(report), *plan.options),
    ]
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [program, "--config-file", str(CONFIG), "run", str(OPENAPI), *options],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, FOUND_SOMETHING), done.stdout + done.stderr
    return _outcome(json.loads(report.read_text()), done.stdout)


def _outcome(report: dict[str, Any], output: str) -> Outcome:
    failures = [
        f"{each['title']}: {', '.join(each['operations'])}" for each in (*report["failures"], *report["errors"])
    ]
    return Outcome(report["test_cases"]["generated"], report["operations"]["tested"], failures, output)
