"""The whole system in one process on a real port, as `PROFILE=single` runs it, on databases of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.local.databases import Databases
from deploy.local.environment import environment
from deploy.local.keys import Keys
from deploy.local.ports import free_block

READY_TIMEOUT_S = 90
PORTS = 5
PASSWORD = "samphan-test-admin"
UNLIMITED = {
    f"GATEWAY_{name}": "1000000"
    for name in ("RATE_BURST", "RATE_DAY", "RATE_SEARCH", "RATE_ANONYMOUS", "SIGN_INS_PER_MINUTE")
} | {"GATEWAY_PASSWORD_MEMORY_KIB": "1024", "GATEWAY_ACCESS_TOKEN_LIFETIME_S": "86400"}


@dataclass(frozen=True, slots=True)
class Business:
    """A tenant with its administrator and a key that may do everything."""

    tenant_id: str
    api_key: str
    admin_email: str
    admin_password: str


@dataclass(frozen=True, slots=True)
class Running:
    url: str
    env: Mapping[str, str]
    log: Path

    def new_business(self, name: str) -> Business:
        email = f"admin@{name}.example.com"
        made = _run(
            self.env, "gateway", "bootstrap", "--tenant", name, "--admin-email", email, "--admin-password", PASSWORD
        )
        found: dict[str, Any] = json.loads(made.splitlines()[-1])
        return Business(found["tenant_id"], found["api_key"], email, PASSWORD)


@contextmanager
def running(databases: Databases, keys: Keys, folder: Path) -> Iterator[Running]:
    port = free_block(PORTS)
    files = {"DATA_DIR": str(folder), "CONTACTS_FILES_DIR": str(folder / "files")}
    env = {**os.environ, **environment(databases, keys, port=port), **UNLIMITED, **files}
    _run(env, "deploy.local.migrate")
    log = folder / "single.log"
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "deploy.local.single"], env=env, stdout=out, stderr=out)
    try:
        started = Running(f"http://127.0.0.1:{port}", env, log)
        _wait(started, process)
        yield started
    finally:
        process.terminate()
        process.wait(30)


def _wait(started: Running, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while True:
        assert process.poll() is None, started.log.read_text()
        assert time.monotonic() < deadline, started.log.read_text()
        try:
            if httpx.get(f"{started.url}/readyz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)


def _run(env: Mapping[str, str], module: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
