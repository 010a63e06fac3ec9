"""The quick starts of docs/ run as they stand against the whole system: every block, in its order."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api.programs import require
from tests.api.running import Business, Running

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
pytestmark = pytest.mark.timeout(300)


def blocks(name: str) -> list[tuple[str, str]]:
    """Language and text of each block, in order."""
    return BLOCK.findall((DOCS / name).read_text())


def in_one(found: list[tuple[str, str]], language: str) -> str:
    return "\n".join(text for kind, text in found if kind == language)


@pytest.fixture
def run(system: Running, tmp_path: Path) -> Callable[[Business], Callable[..., None]]:
    """Runs a program with what the reader of a quick start is told by `make run`."""

    def of(business: Business) -> Callable[..., None]:
        variables = {
            "SAMPHAN_URL": system.url,
            "SAMPHAN_API_KEY": business.api_key,
            "SAMPHAN_EMAIL": business.admin_email,
            "SAMPHAN_PASSWORD": business.admin_password,
        }

        def run(*command: str | Path) -> None:
            done = subprocess.run(
                command, cwd=tmp_path, env={**os.environ, **variables}, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr

        return run

    return of


def test_every_block_of_the_quick_starts_is_run() -> None:
    assert {kind for kind, _ in blocks("quickstart-web.md")} == {"js", "bash"}
    assert {kind for kind, _ in blocks("quickstart-partners.md")} == {"bash", "python"}


def test_the_quick_start_for_front_ends_runs(
    system: Running, typescript: Path, run: Callable[[Business], Callable[..., None]]
) -> None:
    """In the package of the client, whose name the last block imports."""
    require("curl")
    found = blocks("quickstart-web.md")
    script = typescript / "dist" / "quickstart.mjs"
    script.write_text(in_one(found, "js"))
    as_reader = run(system.new_business("front-end"))

    as_reader("node", script)
    as_reader("bash", "-euo", "pipefail", "-c", in_one(found, "bash"))


def test_the_quick_start_for_partners_runs(system: Running, run: Callable[[Business], Callable[..., None]]) -> None:
    require("curl")
    found = blocks("quickstart-partners.md")
    as_reader = run(system.new_business("partner"))

    as_reader("bash", "-euo", "pipefail", "-c", in_one(found, "bash"))
    as_reader(sys.executable, "-c", in_one(found, "python"))
