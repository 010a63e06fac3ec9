"""What processes hold after the load. Linux only: elsewhere nothing is reported."""

from pathlib import Path

from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.plan import Plan

SECTION = "Memory after the load"


async def measure(ground: Ground, plan: Plan) -> list[Figure]:
    figures = []
    for name, pid in ground.pids.items():
        parts = [part for each in _tree(pid) if (part := _rollup(each))]
        kinds = ("Pss", "Rss") if len(parts) == 1 else ("Pss",)  # what processes share would count for each of them
        for kind in kinds if parts else ():
            mib = sum(part[kind] for part in parts) / 1024
            key = f"memory_{name.lower()}_{kind.lower()}_mib"
            figures.append(figure(SECTION, key, f"{name}, {kind.upper()}", [mib], "MiB"))
    return figures


def _tree(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for each in found:
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            found += [int(child) for child in children.read_text().split()]
    return found


def _rollup(pid: int) -> dict[str, int]:
    """Sizes in KiB by name; empty if the process is gone or not ours to look at."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {}
    return {line.partition(":")[0]: int(line.split()[1]) for line in lines}
