"""Programs of the machine that some tests need."""

import os
import shutil

import pytest

NODE = ("node", "npm")


def require(*programs: str) -> None:
    """A machine without one of them skips and says so; CI fails."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"NOT TESTED: this needs {' and '.join(missing)}")
