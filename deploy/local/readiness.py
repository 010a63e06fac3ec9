"""Waiting until all processes say that they are ready."""

from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from time import monotonic, sleep

from deploy.local.environment import HOST
from deploy.local.processes import StartFailed
from deploy.local.supervision import Kept

TIMEOUT_S = 120.0
FAILURES_ALLOWED = 3


class NotReady(StartFailed):
    """`names` are the programs at fault."""

    def __init__(self, message: str, names: Sequence[str]) -> None:
        super().__init__(message)
        self.names = names


def wait_until_ready(ports: Mapping[str, int], kept: Sequence[Kept], tend: Callable[[], None]) -> None:
    """Raises NotReady when a program keeps ending, or when time is over."""
    deadline = monotonic() + TIMEOUT_S
    waiting = list(ports)
    while waiting := [name for name in waiting if not is_ready(ports[name])]:
        tend()
        broken = [one.name for one in kept if one.failures >= FAILURES_ALLOWED]
        if broken:
            raise NotReady(f"Ends again and again: {', '.join(broken)}.", broken)
        if monotonic() > deadline:
            raise NotReady(f"Not ready after {TIMEOUT_S:g} s: {', '.join(waiting)}.", waiting)
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
