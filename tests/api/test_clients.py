"""The typed clients are as the document says, build, and work against a running system."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.clients import PYTHON, generate_python, npm
from tests.api.running import Business, Running

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def environment(system: Running, business: Business) -> dict[str, str]:
    return {"SAMPHAN_URL": system.url, "SAMPHAN_API_KEY": business.api_key}


def test_the_typescript_types_agree_with_the_document(typescript: Path, tmp_path: Path) -> None:
    npm("run", "--silent", "types", "--", "--output", str(tmp_path / "schema.ts"))

    assert (tmp_path / "schema.ts").read_text() == (typescript / "src" / "schema.ts").read_text(), "make clients"


@pytest.mark.usefixtures("typescript")
def test_the_typescript_client_works(environment: dict[str, str]) -> None:
    npm("test", **environment)


def test_the_python_client_works(environment: dict[str, str]) -> None:
    generate_python()

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(PYTHON)]
    subprocess.run([*command, "-c", "pyproject.toml"], cwd=PYTHON, env={**_clean(), **environment}, check=True)


def _clean() -> dict[str, str]:
    """Without what pytest tells its own workers."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
