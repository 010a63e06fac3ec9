import platform
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import re
from pathlib import Path
from shared.observability.runtime import settle_process
held = [str(number) * 10 for number in range(200_000)]
settle_process()
assert held == [str(number) * 10 for number in range(200_000)]
print(sum(map(int, re.findall(r"AnonHugePages: +(\\d+)", Path("/proc/self/smaps_rollup").read_text()))))
"""
GIVEN = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def _are_given() -> bool:
    """From Linux 6.1 on they can be had at once."""
    if sys.platform != "linux" or not GIVEN.exists() or "[never]" in GIVEN.read_text():
        return False
    major, minor = platform.release().split(".")[:2]
    return (int(major), int(minor)) >= (6, 1)


@pytest.mark.skipif(not _are_given(), reason="this system gives no large pages")
def test_a_settled_process_holds_its_objects_in_large_pages() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert int(done.stdout) > 0
