"""The whole system as `make run` starts it, as child processes that may be killed, stopped and cut off.

`kill` is kill -9, and a supervisor starts the process again at once; `freeze` and `thaw` are SIGSTOP and SIGCONT.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Literal, TypeVar
from uuid import UUID

import aiohttp

from deploy.local import kafka, postgres
from deploy.local.databases import Databases
from deploy.local.environment import SERVICES
from deploy.local.processes import StartFailed, last_lines
from deploy.local.supervision import Program, start_program, stop_together
from tests.faults.network import Network

Transport = Literal["postgres", "kafka"]
Result = TypeVar("Result")
READY_TIMEOUT_S = 90.0
TEND_S = 0.1
WITNESS = "witness"
PACKAGES = {service.name: service.package for service in SERVICES} | {WITNESS: "tests.faults.witness"}


@dataclass(frozen=True)
class Tenant:
    id: UUID
    api_key: str


@dataclass
class Process:
    """One child. It is started again whenever it ends, as long as it is `wanted`."""

    name: str
    command: Sequence[str]
    port: int
    env: Mapping[str, str]
    log: Path
    program: Program
    wanted: bool = True
    starts: int = 1


@dataclass
class System:
    """`env` is what processes are started with; a change counts from a process's next start on.

    All children are started by one thread, `keeper`: they end with it, in whatever way it ends.
    """

    transport: Transport
    folder: Path
    port: int
    server: postgres.Server
    cluster: kafka.Cluster | None
    databases: Databases
    witnessed: Databases
    env: dict[str, str]
    keeper: ThreadPoolExecutor
    network: Network | None = None
    processes: dict[str, Process] = field(default_factory=dict)
    _spare_port: int = 10

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # processes

    async def start(
        self, name: str, module: str, *arguments: str, port: int | None = None, env: Mapping[str, str] = {}
    ) -> None:
        """A new process, kept running. `env` is added to the system's own."""
        command = [sys.executable, "-m", module, *arguments]
        log = self.folder / f"{name}.log"
        port = port or self._next_port()
        given = {**self.env, **env}
        program = await self._kept(partial(start_program, command, env=given, log=log))
        self.processes[name] = Process(name, command, port, given, log, program)

    async def add_worker(self, service: str) -> str:
        """Another worker of a service, without API. Returns the name of its process."""
        number = sum(name.startswith(f"{service}-worker") for name in self.processes) + 1
        name, port = f"{service}-worker-{number}", self._next_port()
        settings = {f"{service.upper()}_PORT": str(port)}
        await self.start(name, PACKAGES[service], "--only", "worker", port=port, env=settings)
        return name

    def kill(self, name: str) -> None:
        """kill -9."""
        self._signal(name, signal.SIGKILL)

    def freeze(self, name: str) -> None:
        """SIGSTOP: connections stay open, nothing moves."""
        self._signal(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self._signal(name, signal.SIGCONT)

    async def stop(self, name: str) -> None:
        """In good order, for good."""
        process = self.processes.pop(name)
        process.wanted = False
        await self._kept(process.program.stop)

    async def restart(self, name: str, *, env: Mapping[str, str] = {}) -> None:
        """In good order, and again; `env` replaces settings of this process from now on."""
        process = self.processes[name]
        process.wanted = False
        await self._kept(process.program.stop)
        process.env = {**process.env, **env}
        await self._kept(partial(self._start_again, process))
        process.wanted = True

    async def ready(self, *names: str, timeout_s: float = READY_TIMEOUT_S) -> float:
        """Waits until the processes (all, if none is named) say that they are ready; returns the seconds it took."""
        began_s = monotonic()
        waiting = list(names or self.processes)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
            while waiting := [name for name in waiting if not await self._is_ready(session, name)]:
                if monotonic() - began_s > timeout_s:
                    tails = [f"--- {name}\n{last_lines(self.folder / f'{name}.log')}" for name in waiting]
                    raise StartFailed("\n".join([f"Not ready after {timeout_s:g} s: {waiting}", *tails]))
                await asyncio.sleep(0.1)
        return monotonic() - began_s

    async def unready(self) -> list[str]:
        """The processes that do not say just now that they are ready."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
            return [name for name in self.processes if not await self._is_ready(session, name)]

    async def metric(self, metric: str) -> float:
        """The sum of a metric over all labels and all processes that answer. It does not outlive a killed process."""
        total = 0.0
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
            for process in self.processes.values():
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(f"http://127.0.0.1:{process.port}/metrics") as answer:
                        total += _sum(await answer.text(), metric)
        return total

    # what all of them depend on

    @property
    def broker(self) -> kafka.Broker | None:
        """The only one, or the first."""
        return self.cluster.brokers[1] if self.cluster else None

    async def leave(self, broker_id: int, *, in_order: bool) -> None:
        """One broker of the cluster ends, restarted or killed by kill -9."""
        broker = self._cluster().brokers[broker_id]
        await self._kept(broker.stop if in_order else broker.kill)

    async def join(self, broker_id: int) -> None:
        """Until all brokers that run know each other again."""
        cluster = self._cluster()
        await self._kept(partial(cluster.launch, cluster.nodes[broker_id - 1]))
        await cluster.wait_until_joined()

    async def crash_postgres(self) -> None:
        """kill -9 of the server and of all that it started: nothing is written down, nobody says good-bye."""
        family = [self.server.pid, *_descendants(self.server.pid)]
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.server.process is not None:
            await self._kept(self.server.process.wait)

    async def start_postgres(self) -> None:
        self.server = await self._kept(partial(postgres.start, self.folder / "pg", self.server.port))

    async def crash_kafka(self) -> None:
        await self.leave(1, in_order=False)

    async def stop_kafka(self) -> None:
        await self.leave(1, in_order=True)

    async def start_kafka(self) -> None:
        await self.join(1)

    async def new_tenant(self) -> Tenant:
        """With an API key that may do everything."""
        name = os.urandom(6).hex()
        admin = ["--admin-email", f"{name}@example.com", "--admin-password", f"admin-{name}"]
        command = ["-m", "gateway", "bootstrap", "--tenant", f"Faults {name}", *admin]
        found = json.loads((await self.run(*command)).splitlines()[-1])
        return Tenant(UUID(found["tenant_id"]), found["api_key"])

    async def run(self, *arguments: str) -> str:
        """What a Python command prints. Raises StartFailed."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=self.env, stdout=pipe, stderr=pipe
        )
        out, errors = await process.communicate()
        if process.returncode != 0:
            raise StartFailed(f"{' '.join(arguments)} failed:\n{errors.decode()[-2000:]}")
        return out.decode()

    async def supervise(self) -> None:
        """Until cancelled: what ended is started again."""
        while True:
            for process in list(self.processes.values()):
                if process.wanted and not process.program.is_running():
                    await self._kept(partial(self._start_again, process))
            await asyncio.sleep(TEND_S)

    def _start_again(self, process: Process) -> None:
        process.program = start_program(process.command, env=process.env, log=process.log)
        process.starts += 1

    async def stop_all(self) -> None:
        """Frozen processes are thawed, so that they can end."""
        for name in self.processes:
            self.thaw(name)
        await self._kept(lambda: stop_together([each.program for each in self.processes.values()]))
        if self.cluster is not None:
            await self._kept(self.cluster.stop)
        await self._kept(self.server.stop)

    def _signal(self, name: str, number: signal.Signals) -> None:
        program = self.processes[name].program
        if program.is_running():
            os.kill(program.pid, number)

    async def _is_ready(self, session: aiohttp.ClientSession, name: str) -> bool:
        try:
            async with session.get(f"http://127.0.0.1:{self.processes[name].port}/readyz") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _cluster(self) -> kafka.Cluster:
        assert self.cluster is not None, "this system runs on the PostgreSQL log"
        return self.cluster

    def _next_port(self) -> int:
        self._spare_port += 1
        return self.port + self._spare_port

    async def _kept(self, call: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self.keeper, call)


def _descendants(pid: int) -> list[int]:
    """Linux only, elsewhere none: PostgreSQL's processes end by themselves when their parent is gone."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            children.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found = list(children.get(pid, []))
    for child in found:
        found += children.get(child, [])
    return found


def _sum(text: str, metric: str) -> float:
    """Of Prometheus' text format; `metric` as it is exported (`..._total` for counters)."""
    lines = (line for line in text.splitlines() if line.startswith((f"{metric}{{", f"{metric} ")))
    return sum(float(line.rpartition(" ")[2]) for line in lines)
