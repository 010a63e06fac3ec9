"""The report keeps the latest run of each attack, and says of each whether it held."""

import json
from pathlib import Path

from tests.attacks import report
from tests.attacks.attack import Result
from tests.attacks.attacks import ATTACKS


def test_a_newer_run_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    first, second = ATTACKS[:2]
    bad = report.run_of(first, Result(first.id, 1, tried=5, holes=["a foreign id"]))
    good = report.run_of(first, Result(first.id, 2, tried=7))

    report.write(ATTACKS, [bad, report.run_of(second, Result(second.id, 1, tried=9))], tmp_path)
    before = (tmp_path / "security.md").read_text()
    report.write(ATTACKS, [good], tmp_path)
    after = (tmp_path / "security.md").read_text()

    assert "**failed**" in before
    assert "a foreign id" in before
    assert "**failed**" not in after
    kept = json.loads((tmp_path / "security.json").read_text())["runs"]
    assert [(run["attack"], run["tried"]) for run in kept] == [(first.id, 7), (second.id, 9)]


def test_an_attack_that_broke_down_did_not_hold() -> None:
    assert not report.broken_down(ATTACKS[0], 1, ValueError("no database"))["held"]
    assert not report.run_of(ATTACKS[0], Result("A2", 1))["held"]
