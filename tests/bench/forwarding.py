"""What a request costs the gateway: CPU time of its process before a service that costs nothing."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.figures import Figure, figure
from tests.bench.ground import Ground
from tests.bench.load import Load, in_own_process
from tests.bench.plan import Plan

SECTION = "The gateway alone, before a stub service"
ONE = '{"full_name": "สมชาย ใจดี", "notes": "' + "x" * 900 + '"}'
KINDS = {"get": (["/v1/contacts/1"], []), "list": (["/v1/contacts"], []), "post": (["/v1/contacts"], [ONE])}
WHAT = {"get": "GET 2 KB", "list": "GET 50 KB", "post": "POST 1 KB, answer 2 KB"}


async def measure(ground: Ground, plan: Plan) -> list[Figure]:
    """Nothing where processes do not tell in /proc what they used."""
    if not _is_told():
        return []
    with _started(ground) as (pid, token):
        return [await _figure(kind, ground, plan, pid, token) for kind in KINDS]


async def _figure(kind: str, ground: Ground, plan: Plan, pid: int, token: str) -> Figure:
    paths, bodies = KINDS[kind]
    rounds_ms = []
    for _ in range(plan.rounds):
        before_s = _cpu_s(pid)
        headers, method = {"Authorization": f"Bearer {token}"}, "POST" if bodies else "GET"
        load = Load(ground.port, headers, method, paths, bodies, plan.connections, plan.load_s)
        outcome = await in_own_process(load)
        rounds_ms.append((_cpu_s(pid) - before_s) * 1000 / max(outcome.all_requests, 1))
    return figure(SECTION, f"forwarding_{kind}_cpu_ms", f"{WHAT[kind]}, CPU a request", rounds_ms, "ms")


@contextmanager
def _started(ground: Ground) -> Iterator[tuple[int, str]]:
    """The gateway's pid and a key. The stub is where the contacts service will be."""
    made = ground.run("gateway", "bootstrap", "--tenant", "Stub", "--admin-email", "stub@example.com")
    programs = [
        ground.start("stub", "tests.bench.stub", ground.port + 1, str(ground.port + 1), ready=False),
        ground.start("gateway", "gateway", ground.port, "--only", "api"),
    ]
    try:
        yield programs[1].pid, str(json.loads(made.splitlines()[-1])["api_key"])
    finally:
        for program in programs:
            program.stop()
        del ground.pids["stub"], ground.pids["gateway"]


def _is_told() -> bool:
    return Path("/proc/self/stat").exists()


def _cpu_s(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
