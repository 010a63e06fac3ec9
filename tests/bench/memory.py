"""What processes hold after the load. Linux only: elsewhere nothing is reported."""

from pathlib import Path

from tests.bench.cpu import tree
from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.plan import Plan

SECTION = "Memory after the load"


async def measure(ground: Ground, plan: Plan) -> list[Figure]:
    figures = []
    for name, pid in ground.pids.items():
        parts = [part for each in tree(pid) if (part := _rollup(each))]
        kinds = ("Pss", "Rss") if len(parts) == 1 else ("Pss",)  # what processes share would count for each of them
        for kind in kinds if parts else ():
            mib = sum(part[kind] for part in parts) / 1024
            key = f"memory_{name.lower()}_{kind.lower()}_mib"
            figures.append(figure(SECTION, key, f"{name}, {kind.upper()}", [mib], "MiB"))
    return figures


def _rollup(pid: int) -> dict[str, int]:
    """Sizes in KiB by name; empty if the process is gone or not ours to look at."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {}
    return {line.partition(":")[0]: int(line.split()[1]) for line in lines}
