"""How much CPU time processes have used. Linux only: elsewhere nothing is known, and nothing is reported."""

import os
from collections.abc import Mapping
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
UTIME, CSTIME = 11, 14
"""Of the fields of /proc/PID/stat behind the name of the program: own and waited-for children's times, see proc(5)."""


def tree(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for each in found:
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            found += [int(child) for child in children.read_text().split()]
    return found


def used_s(pids: Mapping[str, int]) -> dict[str, float]:
    """User and system time so far, by name, of each process with its descendants, those that have ended among them."""
    return {name: sum(map(_of_one_s, tree(pid))) for name, pid in pids.items()}


def since_s(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    return {name: after[name] - before[name] for name in before if after[name] > 0}


def _of_one_s(pid: int) -> float:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[UTIME : CSTIME + 1])) * TICK_S
