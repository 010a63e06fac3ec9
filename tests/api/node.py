"""Node for the tests that need it."""

import os
import shutil

import pytest


def require_node() -> None:
    """A machine without Node or npm skips and says so; CI fails."""
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"NOT TESTED: this needs {' and '.join(missing)}")
