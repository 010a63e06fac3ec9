"""The API's document against the ones that the main branch holds, less the corrections that were agreed on."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from deploy.breaking.operations import breaking_changes
from deploy.history import bases, git

FOLDER = Path(__file__).parents[2] / "docs"
NAME = "openapi.json"
CORRECTIONS = "openapi/corrections.txt"


def broken(declared: Mapping[str, Any], today: date, folder: Path = FOLDER) -> list[str]:
    """What would break clients of any released document; nothing where there is no history to compare with."""
    corrected = corrections(folder)
    found = {each for old in _released(folder) for each in breaking_changes(old, declared, today)}
    return sorted(each for each in found if not any(fnmatchcase(each, pattern) for pattern in corrected))


def corrections(folder: Path = FOLDER) -> list[str]:
    """Patterns of findings where the document was wrong and the API stays as it was."""
    file = folder / CORRECTIONS
    lines = file.read_text().splitlines() if file.exists() else []
    return [line for line in lines if line and not line.startswith("#")]


def _released(folder: Path) -> Iterator[Mapping[str, Any]]:
    for base in bases(folder):
        text = git(folder, "show", f"{base}:./{NAME}")
        if text:
            yield json.loads(text)
