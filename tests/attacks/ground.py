"""Where `make attacks` fights: a PostgreSQL of its own, and on it a system for each attack that wants one."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from deploy.local import postgres
from deploy.local.databases import Databases, prepare_databases
from deploy.local.keys import Keys, keep_keys
from deploy.local.ports import free_port
from tests.attacks.state import Observer
from tests.attacks.system import System, running


@dataclass(frozen=True)
class Ground:
    folder: Path
    server: postgres.Server
    keys: Keys

    async def databases(self, name: str) -> Databases:
        return await prepare_databases(self.server.superuser_url(), suffix=f"_{name}")

    @asynccontextmanager
    async def system(self, name: str, *, workers: bool = False) -> AsyncIterator[System]:
        files = self.folder / name
        files.mkdir(exist_ok=True)
        async with running(await self.databases(name), self.keys, files, workers=workers) as system:
            yield system

    async def observer(self, system: System) -> Observer:
        return await Observer.of(system.databases, self.server.superuser_url(), system.files)


@contextmanager
def ground() -> Iterator[Ground]:
    folder = Path(mkdtemp(prefix="samphan-attacks-"))
    server = postgres.start(folder / "postgres", free_port(), durable=False)
    try:
        yield Ground(folder, server, keep_keys(folder))
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
