"""What `make faults TIER=nightly` leaves behind."""

import json
from pathlib import Path

from tests.faults import report
from tests.faults.checker import Verdict
from tests.faults.faults import FAULTS
from tests.faults.schedule import Schedule
from tests.faults.trial import Result


def trial(fault: str, transport: str, events: int) -> report.Trial:
    return report.trial_of(
        Result(fault, transport, Schedule(1, ()), events, 2, 0.5, Verdict(), {"longest_write_s": 1.0})
    )


def test_a_later_trial_takes_the_place_of_the_same_fault_on_the_same_log(tmp_path: Path) -> None:
    report.write(FAULTS, ["one machine"], [trial("F1", "postgres", 10), trial("F2", "kafka", 20)], tmp_path)

    report.write(FAULTS, ["another"], [trial("F1", "postgres", 30), trial("F1", "kafka", 40)], tmp_path)

    trials = json.loads((tmp_path / "reliability.json").read_text())["trials"]
    assert [(each["fault"], each["transport"], each["events"]) for each in trials] == [
        ("F1", "postgres", 30),
        ("F1", "kafka", 40),
        ("F2", "kafka", 20),
    ]
    assert [each["machine"] for each in trials] == [["another"], ["another"], ["one machine"]]


def test_what_was_not_kept_is_shown_with_its_schedule(tmp_path: Path) -> None:
    failed = Result("F1", "kafka", Schedule(77, ()), 10, 2, 99.0, Verdict())
    failed.expect(False, "all is well after 60 s")

    report.write(FAULTS, [], [report.trial_of(failed)], tmp_path)
    report.write(FAULTS, [], [report.broken_down(FAULTS[1], "kafka", 77, RuntimeError("no port"))], tmp_path)

    page = (tmp_path / "reliability.md").read_text()
    assert page.count("**failed**") == 2
    assert "all is well after 60 s" in page
    assert "seed 77" in page
    assert "no port" in page
