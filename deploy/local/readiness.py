"""Waiting until all processes say that they are ready."""

from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from time import monotonic, sleep

from deploy.local.environment import HOST
from deploy.local.processes import StartFailed
from deploy.local.supervision import Kept

TIMEOUT_S = 120.0
FAILURES_ALLOWED = 3


def wait_until_ready(ports: Mapping[str, int], kept: Sequence[Kept], tend: Callable[[], None]) -> None:
    """Raises StartFailed when a program keeps ending, or when time is over."""
    deadline = monotonic() + TIMEOUT_S
    while waiting := [name for name, port in ports.items() if not is_ready(port)]:
        tend()
        for one in kept:
            if one.failures >= FAILURES_ALLOWED:
                raise StartFailed(f"{one.name} does not start.")
        if monotonic() > deadline:
            raise StartFailed(f"Not ready after {TIMEOUT_S:g} s: {', '.join(waiting)}.")
        sleep(0.1)


def is_ready(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=3)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
