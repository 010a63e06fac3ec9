"""`make slice` writes what passes our own checks."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.slice import main, singular_of, write_slice


def test_a_new_slice_passes_the_style_checks(tmp_path: Path) -> None:
    write_slice(tmp_path / "loyalty_tiers", "contacts", "loyalty_tiers")

    command = [sys.executable, "-m", "ruff", "check", "--config", "pyproject.toml", str(tmp_path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(("plural", "singular"), [("tags", "tag"), ("companies", "company"), ("boxes", "box")])
def test_singulars(plural: str, singular: str) -> None:
    assert singular_of(plural) == singular


@pytest.mark.parametrize("arguments", [[], ["contacts", ""], ["nobody", "tags"], ["contacts", "../tags"]])
def test_what_cannot_be_meant_is_refused(arguments: list[str]) -> None:
    assert main(arguments) == 2
