"""How well people are recognised: on the Febrl files, more distorted ones, and made-up Thai ones with households."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from contacts_service.matching.report import main
from tests.contacts_service.matching.febrl import FEBRL1, FEBRL4A, FEBRL4B
from tests.contacts_service.matching.made_up_files import distorted, read_rows, thai_people, write_rows


def reported(capsys: pytest.CaptureFixture[str], *files: Path) -> Any:
    main([str(file) for file in files])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    return json.loads(lines[0])


@pytest.mark.parametrize(("files", "records"), [([FEBRL1], 1_000), ([FEBRL4A, FEBRL4B], 10_000)])
def test_people_of_the_febrl_files_are_recognised(
    capsys: pytest.CaptureFixture[str], files: Sequence[Path], records: int
) -> None:
    found = reported(capsys, *files)

    assert found["f1"] >= 0.95
    assert found["precision"] >= 0.99
    assert found["baseline"]["f1"] < 0.7
    assert found["candidates"] < 10 * records


@pytest.mark.parametrize(("changes", "least"), [(1, 0.95), (2, 0.9), (4, 0.7)])
def test_more_distortion_costs_recall_and_hardly_precision(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, changes: int, least: float
) -> None:
    file = write_rows(tmp_path / "distorted.csv", distorted(read_rows(FEBRL1), changes, seed=7))

    found = reported(capsys, file)

    assert found["f1"] >= least
    assert found["precision"] >= 0.97
    assert found["f1"] > 2 * found["baseline"]["f1"]


def test_a_distorted_file_is_still_linked_to_its_original(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = write_rows(tmp_path / "distorted.csv", distorted(read_rows(FEBRL4B), 4, seed=7))

    found = reported(capsys, FEBRL4A, file)

    assert found["f1"] >= 0.93
    assert found["precision"] >= 0.99


def test_thai_people_in_households_are_recognised(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = write_rows(tmp_path / "thai.csv", list(thai_people(4_000, seed=11)))

    found = reported(capsys, file)

    assert found["f1"] >= 0.95
    assert found["precision"] >= 0.98
    assert found["baseline"]["f1"] < 0.6


def test_a_file_without_duplicates_or_people_reports_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = [row for row in read_rows(FEBRL1) if row["rec_id"].endswith("-org")]
    empty = tmp_path / "empty.csv"
    empty.write_text("rec_id, given_name, surname\n")

    found = reported(capsys, write_rows(tmp_path / "originals.csv", rows))
    nothing = reported(capsys, empty)

    assert (found["recall"], found["precision"]) == (0, 0)
    assert nothing["candidates"] == 0
