"""A real process of ours under attack: how much time and memory it spends, and whether it still answers others."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from deploy.local.databases import Databases
from deploy.local.environment import HOST, environment
from deploy.local.keys import Keys
from tests.attacks.system import UNLIMITED

ROOT = Path(__file__).parents[2]
READY_TIMEOUT_S = 60.0
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
SETTINGS = {f"GATEWAY_{name.upper()}": str(value) for name, value in UNLIMITED.items()}


@dataclass(frozen=True)
class Served:
    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S

    def rss_mb(self) -> float:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@asynccontextmanager
async def served(
    databases: Databases, keys: Keys, folder: Path, module: Sequence[str], port: int
) -> AsyncIterator[Served]:
    """`python -m <module>`, with the settings of an installation and no limits on the number of requests."""
    given = environment(databases, keys, port=port) | SETTINGS
    files = {f"{name}_FILES_DIR": str(folder / "files") for name in ("CONTACTS", "INTERACTIONS")}
    paths = {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "services"))), "GATEWAY_LOG_LEVEL": "ERROR"}
    with (folder / "out.log").open("wb") as out:
        env = {**os.environ, **given, **files, **paths}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *module, env=env, stdout=out, stderr=out, cwd=ROOT
        )
    try:
        made = Served(process.pid, port)
        await _ready(made, process, folder / "out.log")
        yield made
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _ready(made: Served, process: asyncio.subprocess.Process, log: Path) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not await _answers(made):
        if process.returncode is not None or time.monotonic() > deadline:
            raise AssertionError(await asyncio.to_thread(log.read_text))
        await asyncio.sleep(0.2)


async def _answers(made: Served) -> bool:
    try:
        async with aiohttp.ClientSession() as session, session.get(f"{made.url}/livez") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@dataclass
class Others:
    """Another client, all the while: how long its requests took, and what went wrong with them."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    waits_s: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def going_on(self, every_s: float = 0.1) -> AsyncIterator["Others"]:
        async with aiohttp.ClientSession(headers=self.headers, timeout=aiohttp.ClientTimeout(total=20)) as session:
            task = asyncio.create_task(self._ask(session, every_s))
            try:
                yield self
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _ask(self, session: aiohttp.ClientSession, every_s: float) -> None:
        while True:
            began_s = time.monotonic()
            try:
                async with session.get(self.url) as answer:
                    if answer.status != 200:
                        self.failures.append(f"{answer.status} {await answer.text()}")
            except (aiohttp.ClientError, TimeoutError) as error:
                self.failures.append(repr(error))
            self.waits_s.append(time.monotonic() - began_s)
            await asyncio.sleep(every_s)
