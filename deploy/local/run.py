"""`make run`: all of Samphan on this machine, until Ctrl-C. State stays in the data directory.

Variables: PORT, DATA_DIR, PROFILE=single, KAFKA=1, NODES=3, KAFKA_BOOTSTRAP_SERVERS, DATABASE_URL (see `options.py`).
"""

import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import asyncpg

from deploy.local import kafka, postgres
from deploy.local.databases import NoPasswordSecret, UnsafeRole
from deploy.local.installation import Installation
from deploy.local.options import BadOption, Options, read_options
from deploy.local.ports import PortsTaken, port_is_free, require_free
from deploy.local.processes import StartFailed, wait_until
from deploy.local.supervision import say
from deploy.local.welcome import forget_run

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LEFTOVER_TIMEOUT_S = 2.0


class Stopped(BaseException):
    """The user, or the system, wants us to end."""


class AlreadyRunning(RuntimeError):
    """Another run holds the data directory."""


def main() -> int:
    for ending in ENDINGS:
        signal.signal(ending, _stop)
    try:
        options = read_options(os.environ)
        with _alone(options), ExitStack() as stack:
            installation = Installation(options, stack)
            installation.start()
            installation.supervise()
    except Stopped:
        say("stopped")
        return 0
    except (BadOption, AlreadyRunning, PortsTaken, StartFailed, UnsafeRole, NoPasswordSecret) as error:
        print(error, file=sys.stderr)
    except (asyncpg.PostgresError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    return 1


@contextmanager
def _alone(options: Options) -> Iterator[None]:
    """Holds the data directory, cleared of what a killed run left. A taken port is noticed before a new one is made."""
    if not options.data_dir.exists():
        require_free(options.ports())
        options.data_dir.mkdir(parents=True)
    with (options.data_dir / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"Samphan is already running with {options.data_dir}.") from error
        _end_leftovers(options)
        require_free(options.ports())
        yield


def _end_leftovers(options: Options) -> None:
    """Services die with the runner; PostgreSQL and Kafka write everything down first."""
    postgres.stop_leftover(options.data_dir / "pg")
    kafka.stop_leftover(options.data_dir / "kafka")
    forget_run(options.data_dir)
    wait_until(lambda: all(map(port_is_free, options.ports().values())), timeout_s=LEFTOVER_TIMEOUT_S)


def _stop(*_: object) -> None:
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
