"""`make slice` writes what passes our own checks."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.slice import main, singular_of, write_slice

PROJECT = Path(__file__).parents[2]


def test_a_new_slice_passes_the_style_checks(tmp_path: Path) -> None:
    (tmp_path / "shared").symlink_to(PROJECT / "shared")
    folder = tmp_path / "services" / "contacts_service"
    shutil.copytree(PROJECT / "services" / "contacts_service", folder)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    write_slice(folder / "loyalty_tiers", "contacts", "loyalty_tiers")

    command = [sys.executable, "-m", "ruff", "check", "services/contacts_service/loyalty_tiers"]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(("plural", "singular"), [("tags", "tag"), ("companies", "company"), ("boxes", "box")])
def test_singulars(plural: str, singular: str) -> None:
    assert singular_of(plural) == singular


@pytest.mark.parametrize("arguments", [[], ["contacts", ""], ["nobody", "tags"], ["contacts", "../tags"]])
def test_what_cannot_be_meant_is_refused(arguments: list[str]) -> None:
    assert main(arguments) == 2
